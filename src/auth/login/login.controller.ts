import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Context } from '../../platform/http/client-context.decorator.js';
import { noteOutcome } from '../../platform/http/request-outcome.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { TokenResponse } from '../tokens/tokens.dto.js';
import { LoginRequest, MfaRequiredResponse, PasswordChangeRequiredResponse, SecondFactorRequest } from './login.dto.js';
import { PasswordLoginService } from './password-login.service.js';
import { SecondFactorLoginService } from './second-factor-login.service.js';
import { TokenCookies } from '../tokens/token-cookies.js';

@ApiTags('Login and tokens')
@Public()
@Controller('auth/login')
export class LoginController {
  constructor(
    private readonly passwordLogin: PasswordLoginService,
    private readonly secondFactorLogin: SecondFactorLoginService,
    private readonly cookies: TokenCookies,
  ) {}

  @Post()
  @HashesPassword()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Log in',
    description:
      'By login ID or address. Unknown, wrong, disabled, waiting and too unusual are one answer: `invalid_credentials`.',
  })
  @ApiExtraModels(TokenResponse, MfaRequiredResponse, PasswordChangeRequiredResponse)
  @ApiOkResponse({ schema: { $ref: '#/components/schemas/LoginOutcome' } })
  @ApiBodyProblems('invalid_credentials', 'origin_not_allowed', 'too_many_requests', 'overloaded')
  async login(
    @Body() body: LoginRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenResponse | MfaRequiredResponse | PasswordChangeRequiredResponse> {
    const outcome = await this.passwordLogin.login(body, this.cookies.deviceOf(request, body), context);
    noteOutcome(request, outcome.status);
    return outcome.status === 'authenticated' ? this.cookies.deliver(reply, outcome.tokens) : outcome;
  }

  @Post('mfa')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'logInSecondFactor',
    summary: 'Bring the second factor',
    description:
      'After `mfa_required`: six digits from the app, or a recovery code. Five tries for the account, whatever login they belong to.',
  })
  @ApiOkResponse({ schema: { $ref: '#/components/schemas/CompletedLogin' } })
  @ApiBodyProblems(
    'token_expired',
    'token_invalid',
    'code_invalid',
    'invalid_credentials',
    'too_many_attempts',
    'origin_not_allowed',
    'overloaded',
  )
  async secondFactor(
    @Body() body: SecondFactorRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenResponse | PasswordChangeRequiredResponse> {
    const { mfaToken, code: answer } = body;
    const step = { mfaToken, answer, isKnownOrigin: this.cookies.isKnownOrigin(request) };
    const outcome = await this.secondFactorLogin.complete(step, context);
    return outcome.status === 'authenticated' ? this.cookies.deliver(reply, outcome.tokens) : outcome;
  }
}
