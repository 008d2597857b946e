import { Body, Controller, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import { ApiProblems, PROOF_PROBLEMS } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { CurrentToken } from '../guards/current-token.decorator.js';
import { RefreshTokenGuard } from '../guards/refresh-token.guard.js';
import { SessionTokenGuard } from '../guards/session-token.guard.js';
import { Browser } from './browser.decorator.js';
import { LogoutService } from './logout.service.js';
import { ProofKey } from './proof-key.decorator.js';
import { RefreshService } from './refresh.service.js';
import { ApiProof, SignsIn, SignsOut } from './signs-in.decorator.js';
import type { BrowserContext } from './token-cookies.js';
import type { SignInResult } from './token-delivery.js';
import { TokenVerificationService } from './token-verification.service.js';
import {
  LogoutRequest,
  RefreshRequest,
  RefreshResponse,
  VerifiedTokenResponse,
  VerifyTokenRequest,
} from './tokens.dto.js';

/** Refreshes and verifies tokens, and logs out. */
@ApiTags('Login and tokens')
@Public()
@Controller('auth')
export class TokensController {
  constructor(
    private readonly refreshes: RefreshService,
    private readonly logouts: LogoutService,
    private readonly verification: TokenVerificationService,
  ) {}

  /**
   * Refresh the tokens
   * @remarks The refresh token is sent in the Authorization header, the body or the cookie. The previous token
   * returns the same successor within the grace period. After it, the token does so only with the proof of a bound
   * session, or if the answer seems to have been lost. An older token ends the session. A bound session always needs the proof.
   */
  @Post('refresh')
  @HttpCode(HttpStatus.OK)
  @UseGuards(RefreshTokenGuard)
  @SignsIn(RefreshResponse, { notesOutcome: true })
  @ApiCookieAuth('refreshCookie')
  @ApiBearerAuth('refresh')
  @ApiOperation({ operationId: 'refreshTokens' })
  @ApiProblems(
    'token_expired',
    'token_invalid',
    'session_ended',
    'token_reused',
    'origin_not_allowed',
    'refused_by_product',
    ...PROOF_PROBLEMS,
    'overloaded',
  )
  async refresh(
    @CurrentToken() token: VerifiedToken<'refresh'>,
    @OptionalBody() body: RefreshRequest,
    @Browser() browser: BrowserContext,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const deviceToken = body.deviceToken ?? browser.deviceToken;
    const { outcome, ...tokens } = await this.refreshes.refresh({ token, keyThumbprint, deviceToken }, context);
    return { status: 'authenticated', tokens, outcome };
  }

  /**
   * Check whether an access token is valid
   * @remarks Similar to token introspection (RFC 7662). For access tokens only. The response gives the reason if the token
   * is not valid.
   */
  @Post('verify')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'verifyToken' })
  @ApiProblems()
  async verify(@Body() { token }: VerifyTokenRequest): Promise<VerifiedTokenResponse> {
    return this.verification.verify(token);
  }

  /**
   * Log out
   * @remarks Send the access or the refresh token of the session. Both stop working at once. Logging out again changes
   * nothing. The refresh token of a bound session needs its proof.
   */
  @Post('logout')
  @HttpCode(HttpStatus.NO_CONTENT)
  @UseGuards(SessionTokenGuard)
  @SignsOut()
  @ApiProof()
  @ApiCookieAuth('refreshCookie')
  @ApiBearerAuth('access')
  @ApiBearerAuth('refresh')
  @ApiOperation({ operationId: 'logOut' })
  @ApiProblems('token_expired', 'token_invalid', 'origin_not_allowed', ...PROOF_PROBLEMS)
  async logout(
    @CurrentToken() token: MemberPrincipal | VerifiedToken<'refresh'>,
    @OptionalBody() _body: LogoutRequest,
    @ProofKey() keyThumbprint: string | null,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.logouts.logOut(token, keyThumbprint, context);
  }
}
