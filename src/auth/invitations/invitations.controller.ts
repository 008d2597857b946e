import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { Browser } from '../tokens/browser.decorator.js';
import { ProofKey } from '../tokens/proof-key.decorator.js';
import { SignsIn } from '../tokens/signs-in.decorator.js';
import { deviceOf, type BrowserContext } from '../tokens/token-cookies.js';
import type { SignInResult } from '../tokens/token-delivery.js';
import { TokenResponse } from '../tokens/tokens.dto.js';
import {
  ACCEPT_EXAMPLES,
  AcceptInvitationRequest,
  InspectedInvitationResponse,
  InvitationLinkRequest,
} from './invitation.dto.js';
import { InvitationAnswersService } from './invitation-answers.service.js';
import { InvitationLookupService } from './invitation-lookup.service.js';

const REFUSALS = ['invitation_invalid', 'invitation_expired', 'already_confirmed', 'email_taken'] as const;

/** Lets invited people make their account. */
@ApiTags('Sign-up')
@Public()
@Controller('auth/invitations')
export class InvitationsController {
  constructor(
    private readonly lookup: InvitationLookupService,
    private readonly answers: InvitationAnswersService,
  ) {}

  /**
   * Show the invitation that a link belongs to
   * @remarks Changes nothing. `already_confirmed`: it was accepted.
   */
  @Post('inspect')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'invitationInspect' })
  @ApiProblems(...REFUSALS)
  async inspect(@Body() { token }: InvitationLinkRequest): Promise<InspectedInvitationResponse> {
    return this.lookup.inspect(token);
  }

  /**
   * Accept an invitation
   * @remarks Needs the mailed token, or address and mailed code. Creates the member and logs in.
   */
  @Post('accept')
  @HttpCode(HttpStatus.OK)
  @HashesPassword()
  @SignsIn(TokenResponse)
  @ApiBody({ type: AcceptInvitationRequest, examples: ACCEPT_EXAMPLES })
  @ApiOperation({ operationId: 'invitationAccept' })
  @ApiProblems(
    ...REFUSALS,
    ...([
      'code_invalid',
      'consent_required',
      'password_too_common',
      'login_id_taken',
      'too_many_attempts',
      'too_many_requests',
    ] as const),
    ...(['origin_not_allowed', 'refused_by_product', ...PROOF_PROBLEMS, 'overloaded'] as const),
  )
  async accept(
    @Body() body: AcceptInvitationRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const device = deviceOf(body, browser, keyThumbprint);
    return { status: 'authenticated', tokens: await this.answers.accept(body, device, context) };
  }
}
