import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller } from '../access/current-caller.decorator.js';
import { Public } from '../access/public.decorator.js';
import type { Caller } from '../common/caller.js';
import { ApiBodyProblems } from '../errors/api-problems.decorator.js';
import { TokenAnswer } from '../sessions/token-answer.js';
import { LoginDto, PasswordChangeRequired } from './dto/login.dto.js';
import { LoginService } from './login.service.js';
import { TokenCookies } from './token-cookies.js';

@ApiTags('Login and tokens')
@Public()
@Controller('auth/login')
export class LoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly cookies: TokenCookies,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Log in',
    description: 'By login ID or address. Unknown, wrong, disabled and waiting are one answer: `invalid_credentials`.',
  })
  @ApiExtraModels(TokenAnswer, PasswordChangeRequired)
  @ApiOkResponse({
    schema: { oneOf: [{ $ref: getSchemaPath(TokenAnswer) }, { $ref: getSchemaPath(PasswordChangeRequired) }] },
  })
  @ApiBodyProblems('invalid_credentials', 'origin_not_allowed', 'too_many_requests', 'overloaded')
  async login(
    @Body() body: LoginDto,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenAnswer | PasswordChangeRequired> {
    const outcome = await this.logins.login(body, this.cookies.deviceOf(request, body), caller);
    return outcome.status === 'authenticated' ? this.cookies.deliver(reply, outcome.tokens) : outcome;
  }
}
