import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { noteOutcome } from '../../platform/http/request-outcome.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { RefreshService } from './refresh.service.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { RefreshRequest, RefreshResponse, VerifiedTokenResponse, VerifyTokenRequest } from './tokens.dto.js';
import { RefreshTokenGuard } from '../guards/refresh-token.guard.js';
import { SessionTokenGuard } from '../guards/session-token.guard.js';
import { TokenCookies } from './token-cookies.js';
import { TokenVerificationService } from './token-verification.service.js';

@ApiTags('Login and tokens')
@Public()
@Controller('auth')
export class TokensController {
  constructor(
    private readonly refreshes: RefreshService,
    private readonly sessions: SessionRevocationService,
    private readonly verification: TokenVerificationService,
    private readonly cookies: TokenCookies,
  ) {}

  @Post('refresh')
  @UseGuards(RefreshTokenGuard)
  @HttpCode(HttpStatus.OK)
  @ApiBearerAuth('refresh')
  @ApiOperation({
    operationId: 'refreshTokens',
    summary: 'Get the next pair of tokens',
    description:
      'The refresh token goes in the Authorization header, the body or the cookie. Used again within the grace it gives the same successor; later it ends the session.',
  })
  @ApiBody({ type: RefreshRequest, required: false })
  @ApiOkResponse({ type: RefreshResponse })
  @ApiBodyProblems(
    'token_expired',
    'token_invalid',
    'session_ended',
    'token_reused',
    'origin_not_allowed',
    'overloaded',
  )
  async refresh(
    @Body() _body: RefreshRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest & { user: VerifiedToken<'refresh'> },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RefreshResponse> {
    const { outcome, ...tokens } = await this.refreshes.refresh(request.user, context);
    noteOutcome(request, outcome);
    return { ...this.cookies.deliver(reply, tokens), outcome };
  }

  @Post('verify')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'verifyToken',
    summary: 'Whether an access token is good',
    description: 'In the manner of RFC 7662. Access tokens only; says why a token is not good.',
  })
  @ApiOkResponse({ type: VerifiedTokenResponse })
  @ApiBodyProblems()
  async verify(@Body() body: VerifyTokenRequest): Promise<VerifiedTokenResponse> {
    return this.verification.verify(body.token);
  }

  @Post('logout')
  @UseGuards(SessionTokenGuard)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiBearerAuth('access')
  @ApiBearerAuth('refresh')
  @ApiOperation({
    operationId: 'logOut',
    summary: 'Log out',
    description:
      'With the access or the refresh token of the session. Both stop working at once; logging out again changes nothing.',
  })
  @ApiBody({ type: RefreshRequest, required: false })
  @ApiNoContentResponse()
  @ApiBodyProblems('token_expired', 'token_invalid', 'origin_not_allowed')
  async logout(
    @Body() _body: RefreshRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest & { user: Principal | VerifiedToken<'refresh'> },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { user } = request;
    const { memberId, sessionId } = 'sid' in user ? { memberId: user.sub, sessionId: user.sid } : user;
    await this.sessions.end(memberId, sessionId, 'logout', context);
    this.cookies.clear(reply);
  }
}
