import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../../platform/http/client-context.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { Caller } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { ConfirmLoginIdCodeDto, FoundLoginId, SendLoginIdCodeDto } from '../password-reset/recovery.dto.js';
import { codeTimes, ProofRequested } from '../../verification/proof.dto.js';
import { CheckLoginIdDto, LoginIdAvailability } from '../sign-up/sign-up.dto.js';
import { LoginIdCheckService } from '../sign-up/login-id-check.service.js';
import { LoginIdRecoveryService } from './login-id-recovery.service.js';

@Public()
@Controller('auth/login-id')
export class LoginIdController {
  constructor(
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
  @ApiOkResponse({ type: LoginIdAvailability })
  @ApiBodyProblems('not_found', 'too_many_requests')
  async check(@Body() body: CheckLoginIdDto, @CurrentCaller() caller: Caller): Promise<LoginIdAvailability> {
    return this.availability.check(body.loginId, caller);
  }

  @Post('send-code')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiTags('Forgotten login ID')
  @ApiOperation({ summary: 'Mail a code', description: 'Always the same answer, whether the address is known or not.' })
  @ApiAcceptedResponse({ type: ProofRequested })
  @ApiBodyProblems('too_many_requests')
  async sendCode(@Body() body: SendLoginIdCodeDto, @CurrentCaller() caller: Caller): Promise<ProofRequested> {
    const requestId = await this.recovery.request(body.email, caller);
    return { requestId, ...codeTimes(this.config) };
  }

  @Post('confirm-code')
  @HttpCode(HttpStatus.OK)
  @ApiTags('Forgotten login ID')
  @ApiOperation({
    summary: 'See the login ID, masked',
    description: 'With `mailFullId` the whole one is mailed. The reset token leads straight on to a new password.',
  })
  @ApiOkResponse({ type: FoundLoginId })
  @ApiBodyProblems('code_invalid', 'too_many_attempts')
  async confirmCode(@Body() body: ConfirmLoginIdCodeDto, @CurrentCaller() caller: Caller): Promise<FoundLoginId> {
    return this.recovery.confirmCode(body.requestId, body.code, body.mailFullId === true, caller);
  }
}
