import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { SecondFactorVerificationService } from '../../mfa/second-factor-verification.service.js';
import type { TotpEnrolment } from '../../mfa/totp/totp.js';
import { TotpService } from '../../mfa/totp/totp.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { FactorRemovalService } from './factor-removal.service.js';

export interface TwoFactorStatus {
  /** Whether an authenticator app is set up. */
  readonly enabled: boolean;
  readonly recoveryCodesLeft: number;
}

/**
 * Sets up and removes a member's own authenticator app. AuthenticatorAppConfirmationService checks
 * the first code.
 */
@Injectable()
export class AuthenticatorAppService {
  constructor(
    private readonly database: Database,
    private readonly reauthentication: ReauthenticationService,
    private readonly totp: TotpService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly verification: SecondFactorVerificationService,
    private readonly removal: FactorRemovalService,
  ) {}

  async getStatus({ memberId }: Principal): Promise<TwoFactorStatus> {
    const enabled = await this.totp.isConfirmed(this.database, memberId);
    return { enabled, recoveryCodesLeft: await this.recoveryCodes.countUnused(memberId) };
  }

  /**
   * Creates a secret. Logins do not need the app until it is confirmed.
   * @returns the secret; this is the only time it can be read
   * @throws DomainError `invalid_credentials`, `totp_already_enabled`, `overloaded`
   */
  async enrol(principal: Principal, password: string, context: ClientContext): Promise<TotpEnrolment> {
    const confirmed = await this.reauthentication.confirmPassword(principal, password, context);
    return this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      return this.totp.enrol(tx, principal.memberId, confirmed.loginId);
    });
  }

  /**
   * Removes the app. Needs the password, and a code of the app or a recovery code.
   * @throws DomainError `invalid_credentials`, `totp_not_enabled`, `code_invalid`,
   * `too_many_attempts`, `overloaded`
   */
  async remove(principal: Principal, password: string, code: string, context: ClientContext): Promise<void> {
    const { memberId, sessionId } = principal;
    const confirmed = await this.reauthentication.confirmPassword(principal, password, context);
    if (!(await this.totp.isConfirmed(this.database, memberId))) throw new DomainError('totp_not_enabled');
    const factor = await this.verification.attempt({ memberId, deviceId: sessionId }, code, context);
    await this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      await this.verification.spend(tx, principal, factor, context);
      await this.removal.removeApp(tx, principal, context);
    });
  }
}
