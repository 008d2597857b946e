import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { CheckLoginIdRequest, LoginIdAvailabilityResponse } from './login-id-check.dto.js';
import { LoginIdCheckService } from './login-id-check.service.js';

/** Answers whether a login ID is available. */
@ApiTags('Sign-up')
@Public()
@Controller('auth/login-id/check')
export class LoginIdCheckController {
  constructor(private readonly availability: LoginIdCheckService) {}

  /**
   * Check whether a login ID is available
   * @remarks Limited by client address. If the operator has switched the check off, the answer is `not_found`.
   */
  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'loginIdCheck' })
  @ApiProblems('not_found', 'too_many_requests')
  async check(
    @Body() { loginId }: CheckLoginIdRequest,
    @Context() context: ClientContext,
  ): Promise<LoginIdAvailabilityResponse> {
    return this.availability.check(loginId, context);
  }
}
