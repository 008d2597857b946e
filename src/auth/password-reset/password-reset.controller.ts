import { Body, Controller, HttpCode, HttpStatus, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import {
  ResetLinkRequest,
  ResetPasswordRequest,
  ResetTokenResponse,
  ResetTokenByLinkResponse,
  SendResetCodeRequest,
} from './password-reset.dto.js';
import { codeLifetimes, ConfirmCodeRequest, CodeSentResponse } from '../../verification/email-challenge.dto.js';
import { ResetTokenGuard } from '../guards/reset-token.guard.js';
import { PasswordResetConfirmationService } from './password-reset-confirmation.service.js';
import { PasswordResetRequestsService } from './password-reset-requests.service.js';
import { PasswordResetService } from './password-reset.service.js';

@ApiTags('Forgotten password')
@Public()
@Controller('auth/password-reset')
export class PasswordResetController {
  constructor(
    private readonly requests: PasswordResetRequestsService,
    private readonly confirmations: PasswordResetConfirmationService,
    private readonly passwordReset: PasswordResetService,
    private readonly config: AppConfig,
  ) {}

  @Post('send-code')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Mail a code and a link',
    description:
      'Always the same answer, whether the address is known or not. With `loginId`, mail goes out only if both belong together.',
  })
  @ApiAcceptedResponse({ type: CodeSentResponse })
  @ApiBodyProblems('too_many_requests')
  async sendCode(@Body() body: SendResetCodeRequest, @Context() context: ClientContext): Promise<CodeSentResponse> {
    const requestId = await this.requests.request(body.email, body.loginId, context);
    return { requestId, ...codeLifetimes(this.config) };
  }

  @Post('confirm-code')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Exchange the code for a reset token',
    description: 'Wrong, used, expired and replaced are one answer. A code bears five guesses, an address fifty a day.',
  })
  @ApiOkResponse({ type: ResetTokenResponse })
  @ApiBodyProblems('code_invalid', 'too_many_attempts')
  async confirmCode(@Body() body: ConfirmCodeRequest, @Context() context: ClientContext): Promise<ResetTokenResponse> {
    return this.confirmations.confirmCode(body.requestId, body.code, context);
  }

  @Post('confirm-link')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Exchange the link for a reset token',
    description: 'The token stands behind #token= in the mailed link. Using it uses up the code as well.',
  })
  @ApiOkResponse({ type: ResetTokenByLinkResponse })
  @ApiBodyProblems('link_invalid', 'link_expired')
  async confirmLink(
    @Body() body: ResetLinkRequest,
    @Context() context: ClientContext,
  ): Promise<ResetTokenByLinkResponse> {
    return this.confirmations.confirmLink(body.token, context);
  }

  @Post()
  @HashesPassword()
  @UseGuards(ResetTokenGuard)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiBearerAuth('reset')
  @ApiOperation({
    operationId: 'passwordResetComplete',
    summary: 'Set a new password',
    description: 'Works once. Ends all sessions, voids other proofs, mails a notice. Logs nobody in.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems('token_expired', 'token_invalid', 'password_too_common', 'too_many_requests', 'overloaded')
  async reset(
    @Body() body: ResetPasswordRequest,
    @Context() context: ClientContext,
    @Req() request: { user: VerifiedToken<'reset'> },
  ): Promise<void> {
    await this.passwordReset.reset(request.user, body.newPassword, context);
  }
}
