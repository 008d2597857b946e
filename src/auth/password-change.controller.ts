import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator.js';
import { CurrentPrincipal } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import type { Caller } from '../common/caller.js';
import { ApiBodyProblems, SIGNED_IN } from '../errors/api-problems.decorator.js';
import { HashesPassword } from '../passwords/hashes-password.decorator.js';
import { ChangePasswordDto } from './dto/recovery.dto.js';
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
    @Body() body: ChangePasswordDto,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    await this.passwordChange.change(principal, body.currentPassword, body.newPassword, caller);
  }
}
