import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { ChangePasswordRequest } from './password-change.dto.js';
import { PasswordChangeService } from './password-change.service.js';

@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me/password')
export class PasswordChangeController {
  constructor(private readonly passwordChange: PasswordChangeService) {}

  @Post()
  @HashesPassword()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change the password',
    description: 'Ends all other sessions, voids open proofs, mails a notice.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems(...SIGNED_IN, 'invalid_credentials', 'password_too_common', 'too_many_requests', 'overloaded')
  async change(
    @CurrentPrincipal() principal: Principal,
    @Body() body: ChangePasswordRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passwordChange.change(principal, body.currentPassword, body.newPassword, context);
  }
}
