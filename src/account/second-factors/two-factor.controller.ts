import { Body, Controller, Delete, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { RecentlySignedIn } from '../../sessions/reauthentication/recent-login.decorator.js';
import {
  ConfirmTotpRequest,
  FactorChangeRequest,
  RecoveryCodesResponse,
  RemoveTotpRequest,
  TotpEnrolmentResponse,
} from './two-factor.dto.js';
import { AuthenticatorAppService } from './authenticator-app.service.js';
import { AuthenticatorAppConfirmationService } from './authenticator-app-confirmation.service.js';
import { RecoveryCodeRenewalService } from './recovery-code-renewal.service.js';
import { ChangesFactors } from './changes-factors.decorator.js';

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
  @ChangesFactors('totp_already_enabled')
  async enrol(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() request: FactorChangeRequest,
    @Context() context: ClientContext,
  ): Promise<TotpEnrolmentResponse> {
    return this.app.enrol(principal, { ...request }, context);
  }

  /**
   * Confirm the app with a first code
   * @remarks From now on logins need a second factor. Returns new recovery codes; earlier ones stop working.
   */
  @Post('totp/confirm')
  @HttpCode(HttpStatus.OK)
  @RecentlySignedIn('factor_proof_required', 'code_invalid', 'too_many_attempts', 'totp_already_enabled', 'overloaded')
  async confirm(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { code }: ConfirmTotpRequest,
    @Context() context: ClientContext,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.confirmation.confirm(principal, code, context) };
  }

  /**
   * Remove the app
   * @remarks Needs a recent login and a second factor: a code, or a recent login or check with one. A member with a passkey
   * needs the passkey or a recovery code.
   */
  @Delete('totp')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ChangesFactors('totp_not_enabled')
  async remove(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() request: RemoveTotpRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.app.remove(principal, { ...request }, context);
  }

  /**
   * Generate new recovery codes
   * @remarks The previous ones stop working. Needs a recent login and a second factor, as the removal of the app does.
   */
  @Post('recovery-codes')
  @HttpCode(HttpStatus.OK)
  @ChangesFactors('totp_not_enabled')
  async regenerate(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() request: FactorChangeRequest,
    @Context() context: ClientContext,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.recoveryCodes.renew(principal, { ...request }, context) };
  }
}
