import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { SecondFactorNotificationsService } from '../../mfa/second-factor-notifications.service.js';
import { FactorChangesService, type FactorChangeCredentials } from './factor-changes.service.js';

/** Replaces a member's recovery codes. */
@Injectable()
export class RecoveryCodeRenewalService {
  constructor(
    private readonly database: Database,
    private readonly changes: FactorChangesService,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  /**
   * @returns ten new codes; this is the only time they can be read. The old ones stop working.
   * @throws DomainError `totp_not_enabled`, and as {@link FactorChangesService}
   */
  async renew(
    principal: MemberPrincipal,
    credentials: FactorChangeCredentials,
    context: ClientContext,
  ): Promise<string[]> {
    const { memberId } = principal;
    const proof = await this.changes.prove(principal, credentials, context);
    return this.database.transaction(async (tx) => {
      await this.changes.begin(tx, principal, proof, context);
      if (!(await this.factors.isEnrolled(tx, memberId))) throw new DomainError('totp_not_enabled');
      const codes = await this.recoveryCodes.replaceAll(tx, memberId);
      await this.notifications.notify(tx, 'two-factor.recovery_codes_replaced', principal, context, {});
      return codes;
    });
  }
}
