import { Body, Controller, Delete, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import {
  ApiBodyProblems,
  RECENTLY_SIGNED_IN,
  WITH_PASSWORD,
} from '../../platform/http/problems/api-problems.decorator.js';
import { RecentLoginGuard } from '../../sessions/reauthentication/recent-login.guard.js';
import { PasswordRequest } from '../../security/passwords/password.dto.js';
import {
  ConfirmTotpRequest,
  RecoveryCodesResponse,
  RemoveTotpRequest,
  TotpEnrolmentResponse,
} from './two-factor.dto.js';
import { AuthenticatorAppService } from './authenticator-app.service.js';
import { AuthenticatorAppConfirmationService } from './authenticator-app-confirmation.service.js';
import { RecoveryCodeRenewalService } from './recovery-code-renewal.service.js';

@ApiTags('The member')
@ApiBearerAuth('access')
@UseGuards(RecentLoginGuard)
@Controller('members/me')
export class TwoFactorController {
  constructor(
    private readonly app: AuthenticatorAppService,
    private readonly confirmation: AuthenticatorAppConfirmationService,
    private readonly recoveryCodes: RecoveryCodeRenewalService,
  ) {}

  @Post('totp')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Set up an authenticator app',
    description: 'The secret is shown once and protects nothing until it is confirmed.',
  })
  @ApiOkResponse({ type: TotpEnrolmentResponse })
  @ApiBodyProblems(...WITH_PASSWORD, 'totp_already_enabled')
  async enrol(
    @CurrentPrincipal() principal: Principal,
    @Body() body: PasswordRequest,
    @Context() context: ClientContext,
  ): Promise<TotpEnrolmentResponse> {
    return this.app.enrol(principal, body.password, context);
  }

  @Post('totp/confirm')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Confirm the app with a first code',
    description: 'From now on logins need a second factor. Gives the recovery codes.',
  })
  @ApiOkResponse({ type: RecoveryCodesResponse })
  @ApiBodyProblems(...RECENTLY_SIGNED_IN, 'code_invalid', 'too_many_attempts', 'totp_already_enabled', 'overloaded')
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Body() body: ConfirmTotpRequest,
    @Context() context: ClientContext,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.confirmation.confirm(principal, body.code, context) };
  }

  @Delete('totp')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Remove the app',
    description: 'Needs the password and a code of the app, or a recovery code.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems(...WITH_PASSWORD, 'code_invalid', 'too_many_attempts', 'totp_not_enabled')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Body() body: RemoveTotpRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.app.remove(principal, body.password, body.code, context);
  }

  @Post('recovery-codes')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'New recovery codes', description: 'The old ones die.' })
  @ApiOkResponse({ type: RecoveryCodesResponse })
  @ApiBodyProblems(...WITH_PASSWORD, 'totp_not_enabled')
  async regenerate(
    @CurrentPrincipal() principal: Principal,
    @Body() body: PasswordRequest,
    @Context() context: ClientContext,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.recoveryCodes.renew(principal, body.password, context) };
  }
}
