import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { FederationService } from '../../platform/federation/federation.service.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';
import { Browser } from '../tokens/browser.decorator.js';
import { ProofKey } from '../tokens/proof-key.decorator.js';
import { SignsIn } from '../tokens/signs-in.decorator.js';
import { deviceOf, type BrowserContext } from '../tokens/token-cookies.js';
import type { SignInResult } from '../tokens/token-delivery.js';
import {
  CompleteSocialLoginRequest,
  NativeSocialLoginRequest,
  SocialProviderListResponse,
  StartedSocialLoginResponse,
  StartSocialLoginRequest,
} from './social-login.dto.js';
import { SocialLoginService } from './social-login.service.js';

const ApiProvider = (): MethodDecorator =>
  ApiParam({ name: 'provider', type: String, description: 'The id of a configured provider', example: 'google' });

/** Logs members in at a provider that the operator has configured. */
@ApiTags('Social login')
@Public()
@Controller('auth/social')
export class SocialLoginController {
  constructor(
    private readonly federation: FederationService,
    private readonly socialLogin: SocialLoginService,
    private readonly ipLimits: IpLimitsService,
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
   * @remarks State, nonce and PKCE stay with the server. The same journey links an account:
   * `POST /api/members/me/identities` takes its answer.
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
   * @remarks Works once, and only with the `requestId` of the same client. Risk, second factor and the account's status
   * count as for a password.
   */
  @Post(':provider/complete')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'socialComplete' })
  @ApiProvider()
  @SignsIn('LoginOutcome', { notesOutcome: true })
  @ApiProblems(
    ...(['social_login_failed', 'identity_unknown', 'invalid_credentials', 'not_found'] as const),
    ...(['origin_not_allowed', 'provider_unavailable', ...PROOF_PROBLEMS] as const),
  )
  async complete(
    @Param('provider') provider: string,
    @Body() { deviceName, deviceToken, ...answer }: CompleteSocialLoginRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const { account, transport, binding } = await this.federation.finish(provider, answer);
    const session = {
      transport: (transport ?? undefined) as TokenTransport | undefined,
      binding: (binding ?? undefined) as SessionBinding | undefined,
    };
    const device = deviceOf({ deviceName, deviceToken, ...session }, browser, keyThumbprint);
    return this.socialLogin.login(account, device, context);
  }

  /**
   * Log in with an ID token of a provider's SDK
   * @remarks For apps on phones. The token has to name one of SOCIAL_…_NATIVE_AUDIENCES and the nonce, and works once.
   */
  @Post(':provider/native')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'socialNative' })
  @ApiProvider()
  @SignsIn('LoginOutcome', { notesOutcome: true })
  @ApiProblems(
    ...(['social_login_failed', 'identity_unknown', 'invalid_credentials', 'not_found'] as const),
    ...(['too_many_requests', 'provider_unavailable', ...PROOF_PROBLEMS] as const),
  )
  async native(
    @Param('provider') provider: string,
    @Body() { idToken, nonce, authorizationCode, ...statement }: NativeSocialLoginRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    await this.ipLimits.takeRequest(context);
    const device = deviceOf(statement, browser, keyThumbprint);
    const account = await this.federation.verifyNative(provider, { idToken, nonce, authorizationCode });
    return this.socialLogin.login(account, device, context);
  }
}
