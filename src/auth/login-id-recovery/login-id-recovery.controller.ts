import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../../platform/config/app-config.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { codeLifetimes, CodeSentResponse } from '../../verification/email-challenge.dto.js';
import { ConfirmLoginIdCodeRequest, FoundLoginIdResponse, SendLoginIdCodeRequest } from './login-id-recovery.dto.js';
import { LoginIdRecoveryService } from './login-id-recovery.service.js';
import { LoginIdRequestsService } from './login-id-requests.service.js';

/** Takes the two steps of recovering a forgotten login ID: the address, then the mailed code. */
@ApiTags('Forgotten login ID')
@Public()
@Controller('auth/login-id')
export class LoginIdRecoveryController {
  constructor(
    private readonly requests: LoginIdRequestsService,
    private readonly recovery: LoginIdRecoveryService,
    private readonly config: AppConfig,
  ) {}

  /**
   * Mail a code
   * @remarks The response is the same for known and unknown addresses.
   */
  @Post('send-code')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ operationId: 'loginIdSendCode' })
  @ApiProblems('too_many_requests')
  async sendCode(
    @Body() { email }: SendLoginIdCodeRequest,
    @Context() context: ClientContext,
  ): Promise<CodeSentResponse> {
    const { requestId, resendAfter } = await this.requests.request(email, context);
    return { requestId, ...codeLifetimes(this.config, resendAfter) };
  }

  /**
   * Show the masked login ID
   * @remarks With `mailFullId` the full login ID is mailed. The reset token sets a new password.
   */
  @Post('confirm-code')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'loginIdConfirmCode' })
  @ApiProblems('code_invalid', 'too_many_attempts')
  async confirmCode(
    @Body() { requestId, code, mailFullId = false }: ConfirmLoginIdCodeRequest,
    @Context() context: ClientContext,
  ): Promise<FoundLoginIdResponse> {
    return this.recovery.confirmCode(requestId, code, mailFullId, context);
  }
}
