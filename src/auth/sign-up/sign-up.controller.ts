import { Body, Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../../platform/config/app-config.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { codeLifetimes } from '../../verification/email-challenge.dto.js';
import { Browser } from '../tokens/browser.decorator.js';
import { ProofKey } from '../tokens/proof-key.decorator.js';
import { SignsIn } from '../tokens/signs-in.decorator.js';
import { deviceOf, type BrowserContext } from '../tokens/token-cookies.js';
import type { SignInResult } from '../tokens/token-delivery.js';
import { TokenResponse } from '../tokens/tokens.dto.js';
import {
  ConfirmSignUpByCodeRequest,
  ConfirmSignUpByLinkRequest,
  InspectedSignUpLinkResponse,
  InspectedSignUpResponse,
  LINK_EXAMPLES,
  ResendSignUpRequest,
  SignUpLinkRequest,
  SignUpRequest,
  SignUpResponse,
  SignUpTermsResponse,
} from './sign-up.dto.js';
import { SignUpConfirmationService } from './sign-up-confirmation.service.js';
import { SignUpLinksService } from './sign-up-links.service.js';
import { SignUpPolicy } from './sign-up-policy.js';
import { SignUpMailsService } from './sign-up-mails.service.js';
import { SignUpRequestsService } from './sign-up-requests.service.js';

/** Takes the steps of a sign-up, from the request to the confirmation. */
@ApiTags('Sign-up')
@Public()
@Controller('auth/sign-up')
export class SignUpController {
  constructor(
    private readonly requests: SignUpRequestsService,
    private readonly mails: SignUpMailsService,
    private readonly confirmations: SignUpConfirmationService,
    private readonly links: SignUpLinksService,
    private readonly config: AppConfig,
    private readonly policy: SignUpPolicy,
  ) {}

  /**
   * Show who may sign up
   * @remarks For a client that shows its form only to those. Operators set it by `SIGN_UP`.
   */
  @Get('terms')
  @ApiOperation({ operationId: 'signUpTerms' })
  @ApiProblems('bad_request')
  showTerms(): SignUpTermsResponse {
    return { mode: this.policy.terms.mode, domains: [...this.policy.terms.domains] };
  }

  /**
   * Sign up
   * @remarks Records a sign-up and mails a code and a link. The response is the same when the address has an account
   * already; the mail then informs its owner. The same request again from the same client, or another
   * one with the `signUpId`, continues that sign-up: a code already mailed fits.
   */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @HashesPassword()
  @ApiProblems(
    'sign_up_closed',
    'consent_required',
    'password_too_common',
    'too_many_attempts',
    'too_many_requests',
    'overloaded',
  )
  async request(@Body() body: SignUpRequest, @Context() context: ClientContext): Promise<SignUpResponse> {
    const { signUpId, resendAfter } = await this.requests.request(body, context);
    return { signUpId, ...codeLifetimes(this.config, resendAfter) };
  }

  /**
   * Mail a new code and link
   * @remarks The previous ones stop working. The new ones have guesses of their own, within the daily limit of the
   * address. During the cooldown no mail is sent and the previous ones stay valid.
   */
  @Post('resend')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiProblems('sign_up_invalid', 'already_confirmed', 'sign_up_closed', 'too_many_requests')
  async resend(@Body() { signUpId }: ResendSignUpRequest, @Context() context: ClientContext): Promise<SignUpResponse> {
    const resendAfter = await this.mails.resend(signUpId, context);
    return { signUpId, ...codeLifetimes(this.config, resendAfter) };
  }

  /**
   * Show my sign-up
   * @remarks For a client that waits for the code: `already_confirmed` means that the link was used elsewhere. Changes
   * nothing.
   */
  @Post('inspect')
  @HttpCode(HttpStatus.OK)
  @ApiProblems('sign_up_invalid', 'already_confirmed')
  async inspect(@Body() { signUpId }: ResendSignUpRequest): Promise<InspectedSignUpResponse> {
    return this.links.inspectOwn(signUpId);
  }

  /**
   * Confirm by code
   * @remarks Creates the member and logs in. `already_confirmed` where this sign-up was confirmed before, perhaps by the
   * link on another device.
   */
  @Post('confirm-code')
  @HttpCode(HttpStatus.OK)
  @SignsIn(TokenResponse)
  @ApiProblems(
    'code_invalid',
    'already_confirmed',
    'too_many_attempts',
    'too_many_requests',
    'login_id_taken',
    'email_taken',
    'identity_taken',
    'sign_up_closed',
    'consent_required',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
  )
  async confirmCode(
    @Body() body: ConfirmSignUpByCodeRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const confirmation = { ...deviceOf(body, browser, keyThumbprint), loginId: body.loginId, consents: body.consents };
    const tokens = await this.confirmations.confirmByCode(body.signUpId, body.code, confirmation, context);
    return { status: 'authenticated', tokens };
  }

  /**
   * Confirm by link
   * @remarks Needs the mailed token and either the `signUpId` of the same client or the password of the sign-up. Opening
   * the link changes nothing; only this operation does.
   */
  @Post('confirm-link')
  @HttpCode(HttpStatus.OK)
  @SignsIn(TokenResponse)
  @ApiBody({ type: ConfirmSignUpByLinkRequest, examples: LINK_EXAMPLES })
  @ApiProblems(
    'link_invalid',
    'link_expired',
    'already_confirmed',
    'invalid_credentials',
    'too_many_attempts',
    'too_many_requests',
    'login_id_taken',
    'email_taken',
    'identity_taken',
    'sign_up_closed',
    'consent_required',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
    'overloaded',
  )
  async confirmLink(
    @Body() body: ConfirmSignUpByLinkRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const confirmation = { ...deviceOf(body, browser, keyThumbprint), loginId: body.loginId, consents: body.consents };
    const tokens = await this.confirmations.confirmByLink(body.token, body, confirmation, context);
    return { status: 'authenticated', tokens };
  }

  /**
   * Show the sign-up that a link belongs to
   * @remarks For the page that the link opens. Changes nothing.
   */
  @Post('inspect-link')
  @HttpCode(HttpStatus.OK)
  @ApiProblems('link_invalid', 'link_expired', 'already_confirmed')
  async inspectLink(@Body() { token }: SignUpLinkRequest): Promise<InspectedSignUpLinkResponse> {
    return this.links.inspect(token);
  }

  /**
   * Discard a sign-up ("I didn't sign up")
   * @remarks Deletes the sign-up. Its code and link stop working.
   */
  @Post('discard')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiProblems('link_invalid', 'link_expired', 'already_confirmed')
  async discard(@Body() { token }: SignUpLinkRequest, @Context() context: ClientContext): Promise<void> {
    await this.links.discard(token, context);
  }
}
