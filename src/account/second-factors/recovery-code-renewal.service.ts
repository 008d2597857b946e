import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { SecondFactorNotificationsService } from '../../mfa/second-factor-notifications.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';

/** Replaces a member's recovery codes. */
@Injectable()
export class RecoveryCodeRenewalService {
  constructor(
    private readonly database: Database,
    private readonly reauthentication: ReauthenticationService,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  /**
   * @returns ten new codes; this is the only time they can be read. The old ones stop working.
   * @throws DomainError `invalid_credentials`, `totp_not_enabled`, `overloaded`
   */
  async renew(principal: Principal, password: string, context: ClientContext): Promise<string[]> {
    const { memberId } = principal;
    const confirmed = await this.reauthentication.confirmPassword(principal, password, context);
    return this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      if (!(await this.factors.isEnrolled(tx, memberId))) throw new DomainError('totp_not_enabled');
      const codes = await this.recoveryCodes.replaceAll(tx, memberId);
      await this.notifications.notify(tx, 'two-factor.recovery_codes_replaced', principal, context, {});
      return codes;
    });
  }
}
