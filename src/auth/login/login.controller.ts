import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { Browser } from '../tokens/browser.decorator.js';
import { ProofKey } from '../tokens/proof-key.decorator.js';
import { SignsIn } from '../tokens/signs-in.decorator.js';
import { deviceOf, keyOf, type BrowserContext } from '../tokens/token-cookies.js';
import type { SignInResult } from '../tokens/token-delivery.js';
import { TokenResponse } from '../tokens/tokens.dto.js';
import { ConfirmationRequiredResponse } from '../sign-up/sign-up.dto.js';
import {
  LoginRequest,
  MfaRequiredResponse,
  PasswordChangeRequiredResponse,
  SecondFactorRequest,
  TermsRequiredResponse,
} from './login.dto.js';
import { PasswordLoginService } from './password-login.service.js';
import { SecondFactorLoginService } from './second-factor-login.service.js';

/** Takes logins with a password, and the code of their second factor. */
@ApiTags('Login and tokens')
@ApiExtraModels(TokenResponse, MfaRequiredResponse, PasswordChangeRequiredResponse)
@ApiExtraModels(TermsRequiredResponse, ConfirmationRequiredResponse)
@Public()
@Controller('auth/login')
export class LoginController {
  constructor(
    private readonly passwordLogin: PasswordLoginService,
    private readonly secondFactorLogin: SecondFactorLoginService,
  ) {}

  /**
   * Log in
   * @remarks By login ID or address. The answer is the same, `invalid_credentials`, for an unknown or disabled member, a
   * wrong password, too many failures and a login that is too unusual.
   */
  @Post()
  @HttpCode(HttpStatus.OK)
  @HashesPassword()
  @SignsIn('LoginOutcome', { notesOutcome: true })
  @ApiOperation({ operationId: 'logIn' })
  @ApiProblems(
    'invalid_credentials',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
    'too_many_requests',
    'overloaded',
  )
  async login(
    @Body() body: LoginRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    return this.passwordLogin.login(body, deviceOf(body, browser, keyThumbprint), context);
  }

  /**
   * Complete login with a second factor
   * @remarks After `mfa_required`: six digits from the app, or a recovery code. Too many wrong factors cause a
   * wait. They are counted over all logins of the account from unknown devices, and separately for each known device.
   */
  @Post('mfa')
  @HttpCode(HttpStatus.OK)
  @SignsIn('CompletedLogin')
  @ApiOperation({ operationId: 'logInSecondFactor' })
  @ApiProblems(
    'token_expired',
    'token_invalid',
    'code_invalid',
    'invalid_credentials',
    'too_many_attempts',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
    'overloaded',
  )
  async secondFactor(
    @Body() { mfaToken, code, binding }: SecondFactorRequest,
    @Browser() { isKnownOrigin }: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const key = keyOf(keyThumbprint, binding);
    return this.secondFactorLogin.complete({ mfaToken, answer: code, isKnownOrigin, key }, context);
  }
}
