import { Body, Controller, Delete, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { PasswordRequest } from '../../security/passwords/password.dto.js';
import { RecentlySignedIn, WithPassword } from '../../sessions/reauthentication/recent-login.decorator.js';
import {
  ConfirmTotpRequest,
  RecoveryCodesResponse,
  RemoveTotpRequest,
  TotpEnrolmentResponse,
} from './two-factor.dto.js';
import { AuthenticatorAppService } from './authenticator-app.service.js';
import { AuthenticatorAppConfirmationService } from './authenticator-app-confirmation.service.js';
import { RecoveryCodeRenewalService } from './recovery-code-renewal.service.js';

/** Sets up and removes the member's authenticator app, and renews the recovery codes. */
@ApiTags('The member')
@Controller('members/me')
export class TwoFactorController {
  constructor(
    private readonly app: AuthenticatorAppService,
    private readonly confirmation: AuthenticatorAppConfirmationService,
    private readonly recoveryCodes: RecoveryCodeRenewalService,
  ) {}

  /**
   * Set up an authenticator app
   * @remarks The secret is shown once and protects nothing until it is confirmed.
   */
  @Post('totp')
  @HttpCode(HttpStatus.OK)
  @WithPassword('totp_already_enabled')
  async enrol(
    @CurrentPrincipal() principal: Principal,
    @Body() { password }: PasswordRequest,
    @Context() context: ClientContext,
  ): Promise<TotpEnrolmentResponse> {
    return this.app.enrol(principal, password, context);
  }

  /**
   * Confirm the app with a first code
   * @remarks From now on logins need a second factor. Returns the recovery codes.
   */
  @Post('totp/confirm')
  @HttpCode(HttpStatus.OK)
  @RecentlySignedIn('code_invalid', 'too_many_attempts', 'totp_already_enabled', 'overloaded')
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Body() { code }: ConfirmTotpRequest,
    @Context() context: ClientContext,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.confirmation.confirm(principal, code, context) };
  }

  /**
   * Remove the app
   * @remarks Needs the password and a code of the app, or a recovery code.
   */
  @Delete('totp')
  @HttpCode(HttpStatus.NO_CONTENT)
  @WithPassword('code_invalid', 'too_many_attempts', 'totp_not_enabled')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Body() { password, code }: RemoveTotpRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.app.remove(principal, password, code, context);
  }

  /**
   * Generate new recovery codes
   * @remarks The previous ones stop working.
   */
  @Post('recovery-codes')
  @HttpCode(HttpStatus.OK)
  @WithPassword('totp_not_enabled')
  async regenerate(
    @CurrentPrincipal() principal: Principal,
    @Body() { password }: PasswordRequest,
    @Context() context: ClientContext,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.recoveryCodes.renew(principal, password, context) };
  }
}
