import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../../platform/config/app-config.js';
import { FederationService } from '../../platform/federation/federation.service.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { codeLifetimes } from '../../verification/email-challenge.dto.js';
import { ConfirmationRequiredResponse } from '../sign-up/sign-up.dto.js';
import { Browser } from '../tokens/browser.decorator.js';
import { ProofKey } from '../tokens/proof-key.decorator.js';
import { SignsIn } from '../tokens/signs-in.decorator.js';
import type { BrowserContext } from '../tokens/token-cookies.js';
import type { SignInResult } from '../tokens/token-delivery.js';
import {
  CompleteSocialLoginRequest,
  NativeSocialLoginRequest,
  SignUpRequiredResponse,
  SocialProviderListResponse,
  SocialSignUpRequest,
  StartedSocialLoginResponse,
  StartSocialLoginRequest,
} from './social-login.dto.js';
import { SocialJourneysService } from './social-journeys.service.js';
import { SocialSignUpService } from './social-sign-up.service.js';

const ApiProvider = (): MethodDecorator =>
  ApiParam({ name: 'provider', type: String, description: 'The id of a configured provider', example: 'google' });

/** Logs in and signs up members with their accounts at configured providers. */
@ApiTags('Social login')
@Public()
@Controller('auth/social')
export class SocialLoginController {
  constructor(
    private readonly federation: FederationService,
    private readonly journeys: SocialJourneysService,
    private readonly socialSignUp: SocialSignUpService,
    private readonly ipLimits: IpLimitsService,
    private readonly config: AppConfig,
  ) {}

  /**
   * List the configured providers
   * @remarks In the order in which pages show their buttons; empty without social login.
   */
  @Get('providers')
  @ApiOperation({ operationId: 'socialProviders' })
  @ApiProblems('bad_request')
  providers(): SocialProviderListResponse {
    return { items: this.federation.list() };
  }

  /**
   * Begin a login at a provider
   * @remarks The server makes and checks state, nonce and PKCE. The client sends `requestId`, and `state` and `code` of
   * the redirect, to `complete`. To link an account, it sends them to `POST /api/members/me/identities`.
   */
  @Post(':provider/start')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'socialStart' })
  @ApiProvider()
  @ApiProblems('not_found', 'provider_unavailable', 'too_many_requests')
  async start(
    @Param('provider') provider: string,
    @OptionalBody() body: StartSocialLoginRequest,
    @Context() context: ClientContext,
  ): Promise<StartedSocialLoginResponse> {
    await this.ipLimits.takeRequest(context);
    return this.federation.start(provider, { ...body });
  }

  /**
   * Log in with the provider's answer
   * @remarks Works once, and only with the `requestId` of the same client. Risk, second factor and the member's status
   * count as in a login with a password. If no member has linked the provider's account, the answer is `sign_up_required`.
   */
  @Post(':provider/complete')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'socialComplete' })
  @ApiProvider()
  @ApiExtraModels(SignUpRequiredResponse)
  @SignsIn('SocialLoginOutcome', { notesOutcome: true })
  @ApiProblems(
    ...(['social_login_failed', 'invalid_credentials', 'sign_up_closed', 'not_found'] as const),
    ...(['origin_not_allowed', 'refused_by_product', 'provider_unavailable', ...PROOF_PROBLEMS] as const),
  )
  async complete(
    @Param('provider') provider: string,
    @Body() { deviceName, deviceToken, ...answer }: CompleteSocialLoginRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const device = { deviceName, deviceToken };
    return this.journeys.complete(provider, answer, device, { browser, keyThumbprint }, context);
  }

  /**
   * Log in with an ID token of a provider's SDK
   * @remarks For apps on phones. The token has to name one of SOCIAL_…_NATIVE_AUDIENCES and the nonce, and works once.
   */
  @Post(':provider/native')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'socialNative' })
  @ApiProvider()
  @SignsIn('SocialLoginOutcome', { notesOutcome: true })
  @ApiProblems(
    ...(['social_login_failed', 'invalid_credentials', 'sign_up_closed', 'not_found'] as const),
    ...(['refused_by_product', 'too_many_requests', 'provider_unavailable', ...PROOF_PROBLEMS] as const),
  )
  async native(
    @Param('provider') provider: string,
    @Body() { idToken, nonce, authorizationCode, ...device }: NativeSocialLoginRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    return this.journeys.completeNative(
      provider,
      { idToken, nonce, authorizationCode },
      device,
      { browser, keyThumbprint },
      context,
    );
  }

  /**
   * Sign up with an account at a provider
   * @remarks After `sign_up_required`. If the provider vouches for the address and no account has it, the member is
   * created at once. Otherwise the answer is the same with and without an account: a new address gets a code and a link,
   * the owner of an account is informed by mail.
   */
  @Post('sign-up')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'socialSignUp' })
  @ApiExtraModels(ConfirmationRequiredResponse)
  @SignsIn('SocialSignUpOutcome', { notesOutcome: true })
  @ApiProblems(
    ...([
      'sign_up_invalid',
      'sign_up_closed',
      'identity_taken',
      'login_id_taken',
      'email_taken',
      'consent_required',
      'too_many_attempts',
    ] as const),
    ...(['too_many_requests', 'origin_not_allowed', 'refused_by_product', ...PROOF_PROBLEMS] as const),
  )
  async signUp(
    @Body() body: SocialSignUpRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const outcome = await this.socialSignUp.signUp(body, { browser, keyThumbprint }, context);
    if (outcome.status === 'authenticated') return outcome;
    return { ...outcome, ...codeLifetimes(this.config, outcome.resendAfter) };
  }
}
