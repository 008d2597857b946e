import { Body, Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { ConsentDocumentListResponse, documentResponse } from '../../security/consents/consents.dto.js';
import { ConsentsService } from '../../security/consents/consents.service.js';
import { Browser } from '../tokens/browser.decorator.js';
import { ProofKey } from '../tokens/proof-key.decorator.js';
import { SignsIn } from '../tokens/signs-in.decorator.js';
import { keyOf, type BrowserContext } from '../tokens/token-cookies.js';
import type { SignInResult } from '../tokens/token-delivery.js';
import { AcceptTermsRequest } from './consents.dto.js';
import { TermsLoginService } from './terms-login.service.js';

/** The documents that members agree to. */
@ApiTags('Consents')
@Public()
@Controller('auth/consents')
export class ConsentsController {
  constructor(
    private readonly consents: ConsentsService,
    private readonly termsLogin: TermsLoginService,
  ) {}

  /**
   * List the documents in force
   * @remarks In the language of the request where there is one; empty without CONSENTS.
   */
  @Get()
  @ApiOperation({ operationId: 'consentDocuments' })
  @ApiProblems('bad_request')
  list(@Context() context: ClientContext): ConsentDocumentListResponse {
    return { items: this.consents.listInForce(context).map(documentResponse) };
  }

  /**
   * Complete login with consents
   * @remarks After `terms_required`.
   */
  @Post()
  @HttpCode(HttpStatus.OK)
  @SignsIn('CompletedLogin')
  @ApiOperation({ operationId: 'logInConsents' })
  @ApiProblems(
    'token_expired',
    'token_invalid',
    'invalid_credentials',
    'consent_required',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
  )
  async accept(
    @Body() { termsToken, consents, binding }: AcceptTermsRequest,
    @Browser() { isKnownOrigin }: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const key = keyOf(keyThumbprint, binding);
    return this.termsLogin.complete({ termsToken, consents, isKnownOrigin, key }, context);
  }
}
