import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { EmptyRequest } from '../../platform/http/validation/empty-request.dto.js';
import { Browser } from '../tokens/browser.decorator.js';
import { ProofKey } from '../tokens/proof-key.decorator.js';
import { SignsIn } from '../tokens/signs-in.decorator.js';
import { deviceOf, keyOf, type BrowserContext } from '../tokens/token-cookies.js';
import type { SignInResult } from '../tokens/token-delivery.js';
import {
  MfaTokenRequest,
  PasskeyLoginRequest,
  RequestOptionsResponse,
  SecondFactorPasskeyRequest,
} from './passkey-login.dto.js';
import { PasskeyLoginService } from './passkey-login.service.js';
import { PasskeyOptionsService } from './passkey-options.service.js';
import { SecondFactorLoginService } from './second-factor-login.service.js';

/** Takes logins with a passkey, alone or as the second factor. */
@ApiTags('Login and tokens')
@Public()
@Controller('auth/login')
export class PasskeyLoginController {
  constructor(
    private readonly passkeyOptions: PasskeyOptionsService,
    private readonly passkeyLogin: PasskeyLoginService,
    private readonly secondFactorLogin: SecondFactorLoginService,
  ) {}

  /**
   * Begin a login with a passkey alone
   * @remarks The response is the same for all members: the passkey itself names its owner.
   */
  @Post('passkey/options')
  @HttpCode(HttpStatus.OK)
  @ApiProblems('too_many_requests')
  async options(
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<RequestOptionsResponse> {
    return this.passkeyOptions.forLogin(context);
  }

  /**
   * Log in with a passkey alone
   * @remarks The passkey has to verify its owner (PIN, finger, face) and then counts as both factors. Each challenge is
   * valid for one try. Never answers `mfa_required`.
   */
  @Post('passkey')
  @HttpCode(HttpStatus.OK)
  @SignsIn('CompletedLogin')
  @ApiProblems(
    'passkey_invalid',
    'passkey_changed',
    'invalid_credentials',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
    'too_many_requests',
  )
  async login(
    @Body() body: PasskeyLoginRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    return this.passkeyLogin.login(body.credential, deviceOf(body, browser, keyThumbprint), context);
  }

  /**
   * Begin a second factor with a passkey
   * @remarks After `mfa_required`, where `methods` names `passkey`.
   */
  @Post('mfa/passkey/options')
  @HttpCode(HttpStatus.OK)
  @ApiProblems('token_expired', 'token_invalid', 'passkey_invalid', 'too_many_requests')
  async secondFactorOptions(
    @Body() { mfaToken }: MfaTokenRequest,
    @Context() context: ClientContext,
  ): Promise<RequestOptionsResponse> {
    return this.passkeyOptions.forSecondFactor(mfaToken, context);
  }

  /**
   * Complete login with a passkey as the second factor
   * @remarks Tries are limited over all kinds of second factor and all logins from unknown devices, and separately for each
   * known device.
   */
  @Post('mfa/passkey')
  @HttpCode(HttpStatus.OK)
  @SignsIn('CompletedLogin')
  @ApiProblems(
    'token_expired',
    'token_invalid',
    'passkey_invalid',
    'passkey_changed',
    'invalid_credentials',
    'too_many_attempts',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
    'overloaded',
  )
  async secondFactor(
    @Body() { mfaToken, credential, binding }: SecondFactorPasskeyRequest,
    @Browser() { isKnownOrigin }: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const key = keyOf(keyThumbprint, binding);
    return this.secondFactorLogin.complete({ mfaToken, answer: credential, isKnownOrigin, key }, context);
  }
}
