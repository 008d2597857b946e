import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { SecondFactorNotificationsService } from '../../mfa/second-factor-notifications.service.js';
import { SecondFactorVerificationService } from '../../mfa/second-factor-verification.service.js';
import { TotpService } from '../../mfa/totp/totp.service.js';
import { FactorChangesService } from './factor-changes.service.js';

/** Confirms a new authenticator app by its first code. */
@Injectable()
export class AuthenticatorAppConfirmationService {
  constructor(
    private readonly database: Database,
    private readonly changes: FactorChangesService,
    private readonly totp: TotpService,
    private readonly verification: SecondFactorVerificationService,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  /**
   * Confirms the app. From this commit on, logins need a second factor.
   * @returns the recovery codes; this is the only time they can be read
   * @throws DomainError `code_invalid`, `too_many_attempts`, `totp_already_enabled`, `overloaded`, and
   * as {@link FactorChangesService.resume}
   */
  async confirm(principal: MemberPrincipal, code: string, context: ClientContext): Promise<string[]> {
    const { memberId, sessionId } = principal;
    if (await this.totp.isConfirmed(this.database, memberId)) throw new DomainError('totp_already_enabled');
    const matched = await this.verification.attemptUnconfirmedApp({ memberId, deviceId: sessionId }, code);
    return this.database.transaction(async (tx) => {
      // Locks the member's row: a login in progress either ends before this commit or finds the new
      // factor (CC-06).
      await this.changes.resume(tx, principal);
      const isFirstFactor = !(await this.factors.isEnrolled(tx, memberId));
      await this.totp.confirm(tx, memberId, matched);
      const codes = await this.recoveryCodes.replaceAll(tx, memberId);
      await this.notifications.notify(tx, 'two-factor.enabled', principal, context, {});
      if (isFirstFactor) await this.factors.endSingleFactorSessions(tx, principal, context);
      return codes;
    });
  }
}
