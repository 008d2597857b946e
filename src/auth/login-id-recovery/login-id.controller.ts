import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { ConfirmLoginIdCodeRequest, FoundLoginIdResponse, SendLoginIdCodeRequest } from './login-id-recovery.dto.js';
import { codeLifetimes, CodeSentResponse } from '../../verification/email-challenge.dto.js';
import { CheckLoginIdRequest, LoginIdAvailabilityResponse } from '../sign-up/login-id-check.dto.js';
import { LoginIdCheckService } from '../sign-up/login-id-check.service.js';
import { LoginIdRecoveryService } from './login-id-recovery.service.js';
import { LoginIdRequestsService } from './login-id-requests.service.js';

@Public()
@Controller('auth/login-id')
export class LoginIdController {
  constructor(
    private readonly requests: LoginIdRequestsService,
    private readonly recovery: LoginIdRecoveryService,
    private readonly availability: LoginIdCheckService,
    private readonly config: AppConfig,
  ) {}

  @Post('check')
  @HttpCode(HttpStatus.OK)
  @ApiTags('Sign-up')
  @ApiOperation({
    summary: 'Whether a login ID can be had',
    description: 'Limited by client address; can be switched off.',
  })
  @ApiOkResponse({ type: LoginIdAvailabilityResponse })
  @ApiBodyProblems('not_found', 'too_many_requests')
  async check(
    @Body() body: CheckLoginIdRequest,
    @Context() context: ClientContext,
  ): Promise<LoginIdAvailabilityResponse> {
    return this.availability.check(body.loginId, context);
  }

  @Post('send-code')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiTags('Forgotten login ID')
  @ApiOperation({ summary: 'Mail a code', description: 'Always the same answer, whether the address is known or not.' })
  @ApiAcceptedResponse({ type: CodeSentResponse })
  @ApiBodyProblems('too_many_requests')
  async sendCode(@Body() body: SendLoginIdCodeRequest, @Context() context: ClientContext): Promise<CodeSentResponse> {
    const requestId = await this.requests.request(body.email, context);
    return { requestId, ...codeLifetimes(this.config) };
  }

  @Post('confirm-code')
  @HttpCode(HttpStatus.OK)
  @ApiTags('Forgotten login ID')
  @ApiOperation({
    summary: 'See the login ID, masked',
    description: 'With `mailFullId` the whole one is mailed. The reset token leads straight on to a new password.',
  })
  @ApiOkResponse({ type: FoundLoginIdResponse })
  @ApiBodyProblems('code_invalid', 'too_many_attempts')
  async confirmCode(
    @Body() body: ConfirmLoginIdCodeRequest,
    @Context() context: ClientContext,
  ): Promise<FoundLoginIdResponse> {
    return this.recovery.confirmCode(body.requestId, body.code, body.mailFullId === true, context);
  }
}
