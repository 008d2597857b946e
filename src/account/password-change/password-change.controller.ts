import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { ChangePasswordRequest } from './password-change.dto.js';
import { PasswordChangeService } from './password-change.service.js';

/** Takes the new password of a signed-in member. */
@ApiTags('The member')
@Controller('members/me/password')
export class PasswordChangeController {
  constructor(private readonly passwordChange: PasswordChangeService) {}

  /**
   * Change the password
   * @remarks Ends all other sessions, invalidates open codes and links, and notifies the member by mail.
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @HashesPassword()
  @ApiOperation({ operationId: 'changePassword' })
  @SignedIn('invalid_credentials', 'password_too_common', 'too_many_requests', 'overloaded')
  async change(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { currentPassword, newPassword }: ChangePasswordRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passwordChange.change(principal, currentPassword, newPassword, context);
  }
}
