import { Body, Controller, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import { CurrentSession, CurrentToken, type SessionReference } from '../guards/current-token.decorator.js';
import { RefreshTokenGuard } from '../guards/refresh-token.guard.js';
import { SessionTokenGuard } from '../guards/session-token.guard.js';
import { RefreshService } from './refresh.service.js';
import { SignsIn, SignsOut } from './signs-in.decorator.js';
import type { SignInResult } from './token-delivery.interceptor.js';
import { TokenVerificationService } from './token-verification.service.js';
import { RefreshRequest, RefreshResponse, VerifiedTokenResponse, VerifyTokenRequest } from './tokens.dto.js';

/** Refreshes and verifies tokens, and logs out. */
@ApiTags('Login and tokens')
@Public()
@Controller('auth')
export class TokensController {
  constructor(
    private readonly refreshes: RefreshService,
    private readonly sessions: SessionRevocationService,
    private readonly verification: TokenVerificationService,
  ) {}

  /**
   * Refresh the tokens
   * @remarks The refresh token is sent in the Authorization header, the body or the cookie. Used again within the grace
   * period it returns the same successor; later it ends the session.
   */
  @Post('refresh')
  @HttpCode(HttpStatus.OK)
  @UseGuards(RefreshTokenGuard)
  @SignsIn(RefreshResponse, { notesOutcome: true })
  @ApiBearerAuth('refresh')
  @ApiOperation({ operationId: 'refreshTokens' })
  @ApiProblems('token_expired', 'token_invalid', 'session_ended', 'token_reused', 'origin_not_allowed', 'overloaded')
  async refresh(
    @CurrentToken() token: VerifiedToken<'refresh'>,
    @OptionalBody() _body: RefreshRequest,
    @Context() context: ClientContext,
  ): Promise<SignInResult> {
    const { outcome, ...tokens } = await this.refreshes.refresh(token, context);
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
   * nothing.
   */
  @Post('logout')
  @HttpCode(HttpStatus.NO_CONTENT)
  @UseGuards(SessionTokenGuard)
  @SignsOut()
  @ApiBearerAuth('access')
  @ApiBearerAuth('refresh')
  @ApiOperation({ operationId: 'logOut' })
  @ApiProblems('token_expired', 'token_invalid', 'origin_not_allowed')
  async logout(
    @CurrentSession() { memberId, sessionId }: SessionReference,
    @OptionalBody() _body: RefreshRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.sessions.end(memberId, sessionId, 'logout', context);
  }
}
