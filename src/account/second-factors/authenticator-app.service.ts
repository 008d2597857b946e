import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import type { TotpEnrolment } from '../../mfa/totp/totp.js';
import { TotpService } from '../../mfa/totp/totp.service.js';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import { FactorRemovalService } from '../../mfa/factor-removal.service.js';
import { FactorChangesService, type FactorChangeCredentials } from './factor-changes.service.js';

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
    private readonly changes: FactorChangesService,
    private readonly totp: TotpService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly removal: FactorRemovalService,
    private readonly pendingProofs: PendingProofsService,
  ) {}

  async getStatus({ memberId }: MemberPrincipal): Promise<TwoFactorStatus> {
    const enabled = await this.totp.isConfirmed(this.database, memberId);
    return { enabled, recoveryCodesLeft: await this.recoveryCodes.countUnused(memberId) };
  }

  /**
   * Creates a secret. Logins do not need the app until it is confirmed.
   * @returns the secret; this is the only time it can be read
   * @throws DomainError `totp_already_enabled`, and as {@link FactorChangesService}
   */
  async enrol(
    principal: MemberPrincipal,
    credentials: FactorChangeCredentials,
    context: ClientContext,
  ): Promise<TotpEnrolment> {
    const proof = await this.changes.prove(principal, credentials, context);
    if (await this.totp.isConfirmed(this.database, principal.memberId)) throw new DomainError('totp_already_enabled');
    return this.database.transaction(async (tx) => {
      await this.changes.begin(tx, principal, proof, context);
      return this.totp.enrol(tx, principal.memberId, proof.confirmed.loginId);
    });
  }

  /**
   * Removes the app, and voids logins that may have used it (CC-09).
   * @throws DomainError `totp_not_enabled`, and as {@link FactorChangesService}
   */
  async remove(
    principal: MemberPrincipal,
    credentials: FactorChangeCredentials,
    context: ClientContext,
  ): Promise<void> {
    const proof = await this.changes.prove(principal, credentials, context);
    await this.database.transaction(async (tx) => {
      await this.changes.begin(tx, principal, proof, context);
      if (!(await this.totp.isConfirmed(tx, principal.memberId))) throw new DomainError('totp_not_enabled');
      await this.removal.removeApp(tx, principal, context);
      await this.pendingProofs.voidLogins(tx, principal.memberId);
    });
  }
}
