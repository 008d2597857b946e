import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Context } from '../../platform/http/client-context.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { TokenResponse } from '../tokens/tokens.dto.js';
import { EmptyRequest } from '../../platform/http/validation/empty-request.dto.js';
import { PasswordChangeRequiredResponse } from './login.dto.js';
import {
  MfaTokenRequest,
  PasskeyLoginRequest,
  RequestOptionsResponse,
  SecondFactorPasskeyRequest,
} from './passkey-login.dto.js';
import { PasskeyLoginService } from './passkey-login.service.js';
import { PasskeyOptionsService } from './passkey-options.service.js';
import { SecondFactorLoginService } from './second-factor-login.service.js';
import { TokenCookies } from '../tokens/token-cookies.js';

@ApiTags('Login and tokens')
@Public()
@Controller('auth/login')
export class PasskeyLoginController {
  constructor(
    private readonly passkeyOptions: PasskeyOptionsService,
    private readonly passkeyLogin: PasskeyLoginService,
    private readonly secondFactorLogin: SecondFactorLoginService,
    private readonly cookies: TokenCookies,
  ) {}

  @Post('passkey/options')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Begin a login with a passkey alone',
    description: 'Alike for everybody: the passkey says whose it is.',
  })
  @ApiOkResponse({ type: RequestOptionsResponse })
  @ApiBody({ type: EmptyRequest, required: false })
  @ApiBodyProblems('too_many_requests')
  async options(@Body() _body: EmptyRequest, @Context() context: ClientContext): Promise<RequestOptionsResponse> {
    return this.passkeyOptions.forLogin(context);
  }

  @Post('passkey')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Log in with a passkey alone',
    description:
      'The passkey has to check its owner (PIN, finger, face) and then stands for both factors. Each challenge is worth one try. Never answers `mfa_required`.',
  })
  @ApiOkResponse({ schema: { $ref: '#/components/schemas/CompletedLogin' } })
  @ApiBodyProblems('passkey_invalid', 'invalid_credentials', 'origin_not_allowed', 'too_many_requests')
  async login(
    @Body() body: PasskeyLoginRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenResponse | PasswordChangeRequiredResponse> {
    const outcome = await this.passkeyLogin.login(body.credential, this.cookies.deviceOf(request, body), context);
    return outcome.status === 'authenticated' ? this.cookies.deliver(reply, outcome.tokens) : outcome;
  }

  @Post('mfa/passkey/options')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Begin a second step with a passkey',
    description: 'After `mfa_required`, where `methods` names `passkey`.',
  })
  @ApiOkResponse({ type: RequestOptionsResponse })
  @ApiBodyProblems('token_expired', 'token_invalid', 'passkey_invalid', 'too_many_requests')
  async secondFactorOptions(
    @Body() { mfaToken }: MfaTokenRequest,
    @Context() context: ClientContext,
  ): Promise<RequestOptionsResponse> {
    return this.passkeyOptions.forSecondFactor(mfaToken, context);
  }

  @Post('mfa/passkey')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Bring a passkey as the second factor',
    description: 'Five tries for the account, over all kinds of second factor and all logins under way.',
  })
  @ApiOkResponse({ schema: { $ref: '#/components/schemas/CompletedLogin' } })
  @ApiBodyProblems(
    'token_expired',
    'token_invalid',
    'passkey_invalid',
    'invalid_credentials',
    'too_many_attempts',
    'origin_not_allowed',
    'overloaded',
  )
  async secondFactor(
    @Body() { mfaToken, credential }: SecondFactorPasskeyRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenResponse | PasswordChangeRequiredResponse> {
    const step = { mfaToken, answer: credential, isKnownOrigin: this.cookies.isKnownOrigin(request) };
    const outcome = await this.secondFactorLogin.complete(step, context);
    return outcome.status === 'authenticated' ? this.cookies.deliver(reply, outcome.tokens) : outcome;
  }
}
