import { Body, Controller, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../../platform/config/app-config.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { codeLifetimes, CodeSentResponse, ConfirmCodeRequest } from '../../verification/email-challenge.dto.js';
import { CurrentToken } from '../guards/current-token.decorator.js';
import { ResetTokenGuard } from '../guards/reset-token.guard.js';
import {
  InspectedResetLinkResponse,
  ResetLinkRequest,
  ResetPasswordRequest,
  ResetTokenByLinkResponse,
  ResetTokenResponse,
  SendResetCodeRequest,
} from './password-reset.dto.js';
import { PasswordResetConfirmationService } from './password-reset-confirmation.service.js';
import { PasswordResetLinksService } from './password-reset-links.service.js';
import { PasswordResetRequestsService } from './password-reset-requests.service.js';
import { PasswordResetService } from './password-reset.service.js';

/** Takes the steps of a password reset: the address, the mailed code or link, the new password. */
@ApiTags('Forgotten password')
@Public()
@Controller('auth/password-reset')
export class PasswordResetController {
  constructor(
    private readonly requests: PasswordResetRequestsService,
    private readonly confirmations: PasswordResetConfirmationService,
    private readonly links: PasswordResetLinksService,
    private readonly passwordReset: PasswordResetService,
    private readonly config: AppConfig,
  ) {}

  /**
   * Mail a code and a link
   * @remarks The response is the same for known and unknown addresses. With `loginId`, a mail is sent only if both belong
   * together.
   */
  @Post('send-code')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiProblems('too_many_requests')
  async sendCode(@Body() body: SendResetCodeRequest, @Context() context: ClientContext): Promise<CodeSentResponse> {
    const { requestId, resendAfter } = await this.requests.request(body.email, body.loginId, context);
    return { requestId, ...codeLifetimes(this.config, resendAfter) };
  }

  /**
   * Exchange the code for a reset token
   * @remarks A wrong, used, expired or replaced code gets the same answer. A code allows five guesses, an address fifty a
   * day.
   */
  @Post('confirm-code')
  @HttpCode(HttpStatus.OK)
  @ApiProblems('code_invalid', 'too_many_attempts')
  async confirmCode(
    @Body() { requestId, code }: ConfirmCodeRequest,
    @Context() context: ClientContext,
  ): Promise<ResetTokenResponse> {
    return this.confirmations.confirmCode(requestId, code, context);
  }

  /**
   * Exchange the link for a reset token
   * @remarks The mailed link contains the token, after #token=. Using it invalidates the code as well.
   */
  @Post('confirm-link')
  @HttpCode(HttpStatus.OK)
  @ApiProblems('link_invalid', 'link_expired')
  async confirmLink(
    @Body() { token }: ResetLinkRequest,
    @Context() context: ClientContext,
  ): Promise<ResetTokenByLinkResponse> {
    return this.confirmations.confirmLink(token, context);
  }

  /**
   * Show the account that a reset link belongs to
   * @remarks For the page that the link opens. Changes nothing.
   */
  @Post('inspect-link')
  @HttpCode(HttpStatus.OK)
  @ApiProblems('link_invalid', 'link_expired')
  async inspectLink(@Body() { token }: ResetLinkRequest): Promise<InspectedResetLinkResponse> {
    return this.links.inspect(token);
  }

  /**
   * Set a new password
   * @remarks Works once. Ends all sessions, invalidates open codes and links, and notifies the member by mail. Does not
   * log in.
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @UseGuards(ResetTokenGuard)
  @HashesPassword()
  @ApiBearerAuth('reset')
  @ApiOperation({ operationId: 'passwordResetComplete' })
  @ApiProblems('token_expired', 'token_invalid', 'password_too_common', 'too_many_requests', 'overloaded')
  async reset(
    @CurrentToken() token: VerifiedToken<'reset'>,
    @Body() { newPassword }: ResetPasswordRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passwordReset.reset(token, newPassword, context);
  }
}
