import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Context } from '../../platform/http/client-context.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { TokenResponse } from '../tokens/tokens.dto.js';
import { codeLifetimes } from '../../verification/email-challenge.dto.js';
import {
  ConfirmSignUpByCodeRequest,
  ConfirmSignUpByLinkRequest,
  InspectedSignUpResponse,
  ResendSignUpRequest,
  SignUpResponse,
  SignUpRequest,
  SignUpLinkRequest,
} from './sign-up.dto.js';
import { SignUpConfirmationService } from './sign-up-confirmation.service.js';
import { SignUpLinksService } from './sign-up-links.service.js';
import { SignUpRequestsService } from './sign-up-requests.service.js';
import { TokenCookies } from '../tokens/token-cookies.js';

const LINK_TOKEN = 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE';
const SIGN_UP_ID = 'Jm2cXb1kQe7RtYw0uPz5aVh9sLf3nGd8oTiC6rMyK4E';

@ApiTags('Sign-up')
@Public()
@Controller('auth/sign-up')
export class SignUpController {
  constructor(
    private readonly requests: SignUpRequestsService,
    private readonly confirmations: SignUpConfirmationService,
    private readonly links: SignUpLinksService,
    private readonly cookies: TokenCookies,
    private readonly config: AppConfig,
  ) {}

  @Post()
  @HashesPassword()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Sign up',
    description:
      'Records a sign-up and mails a code and a link. The answer is the same when the address has an account; then its owner is told by mail.',
  })
  @ApiAcceptedResponse({ type: SignUpResponse })
  @ApiBodyProblems('password_too_common', 'too_many_requests', 'overloaded')
  async request(@Body() body: SignUpRequest, @Context() context: ClientContext): Promise<SignUpResponse> {
    return this.answer(await this.requests.request(body, context));
  }

  @Post('resend')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Mail a new code and link',
    description:
      'The old ones die; guesses are not refilled. Within the cooldown no mail goes out and the old ones stay good.',
  })
  @ApiAcceptedResponse({ type: SignUpResponse })
  @ApiBodyProblems('sign_up_invalid', 'already_confirmed', 'too_many_requests')
  async resend(@Body() body: ResendSignUpRequest, @Context() context: ClientContext): Promise<SignUpResponse> {
    await this.requests.resend(body.signUpId, context);
    return this.answer(body.signUpId);
  }

  @Post('confirm-code')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Confirm by code', description: 'The member exists from now on and is logged in.' })
  @ApiOkResponse({ type: TokenResponse })
  @ApiBodyProblems('code_invalid', 'too_many_attempts', 'login_id_taken', 'email_taken', 'origin_not_allowed')
  async confirmCode(
    @Body() body: ConfirmSignUpByCodeRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenResponse> {
    const confirmation = { ...this.cookies.deviceOf(request, body), loginId: body.loginId };
    return this.cookies.deliver(
      reply,
      await this.confirmations.confirmByCode(body.signUpId, body.code, confirmation, context),
    );
  }

  @Post('confirm-link')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Confirm by link',
    description:
      'Needs the mailed token and either the `signUpId` of the same client or the sign-up password. Opening the link changes nothing; only this does.',
  })
  @ApiBody({
    type: ConfirmSignUpByLinkRequest,
    examples: {
      'by the client that began': { value: { token: LINK_TOKEN, signUpId: SIGN_UP_ID } },
      'on another device': { value: { token: LINK_TOKEN, password: 'Tall-giraffes-nap-at-noon-42' } },
    },
  })
  @ApiOkResponse({ type: TokenResponse })
  @ApiBodyProblems(
    'link_invalid',
    'link_expired',
    'already_confirmed',
    'invalid_credentials',
    'too_many_attempts',
    'login_id_taken',
    'email_taken',
    'origin_not_allowed',
    'overloaded',
  )
  async confirmLink(
    @Body() body: ConfirmSignUpByLinkRequest,
    @Context() context: ClientContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenResponse> {
    const confirmation = { ...this.cookies.deviceOf(request, body), loginId: body.loginId };
    return this.cookies.deliver(reply, await this.confirmations.confirmByLink(body.token, body, confirmation, context));
  }

  @Post('inspect-link')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'What a link is about', description: 'For the page behind the link. Changes nothing.' })
  @ApiOkResponse({ type: InspectedSignUpResponse })
  @ApiBodyProblems('link_invalid', 'link_expired', 'already_confirmed')
  async inspectLink(@Body() body: SignUpLinkRequest): Promise<InspectedSignUpResponse> {
    return this.links.inspect(body.token);
  }

  @Post('discard')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: '"I did not sign up"', description: 'Deletes the sign-up.' })
  @ApiNoContentResponse()
  @ApiBodyProblems('link_invalid', 'link_expired', 'already_confirmed')
  async discard(@Body() body: SignUpLinkRequest, @Context() context: ClientContext): Promise<void> {
    await this.links.discard(body.token, context);
  }

  private answer(signUpId: string): SignUpResponse {
    return { signUpId, ...codeLifetimes(this.config) };
  }
}
