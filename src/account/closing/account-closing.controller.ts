import { Body, Controller, Delete, HttpCode, HttpStatus } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { WithPassword } from '../../sessions/reauthentication/recent-login.decorator.js';
import { CloseAccountRequest } from './account-closing.dto.js';
import { AccountClosingService } from './account-closing.service.js';

/** Closes the member's account. */
@ApiTags('The member')
@Controller('members/me')
export class AccountClosingController {
  constructor(private readonly closing: AccountClosingService) {}

  /**
   * Close my account
   * @remarks Takes effect at once. The account is erased after a grace period (14 days by default); a login before that
   * restores it.
   */
  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'accountClose' })
  @WithPassword('last_admin')
  async close(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { password }: CloseAccountRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.closing.close(principal, password, context);
  }
}
