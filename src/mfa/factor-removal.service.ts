import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../platform/http/client-context.js';
import type { PastPeriod } from '../platform/database/database-time.js';
import type { Tx } from '../platform/database/sql.js';
import { EnrolledFactorsService } from './enrolled-factors.service.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import { RecoveryCodesRepository } from './recovery-codes/recovery-codes.repository.js';
import { SecondFactorNotificationsService } from './second-factor-notifications.service.js';
import { TotpSecretsRepository } from './totp/totp-secrets.repository.js';

/** The member whose factor is removed, and the session of the request if there is one. */
export interface FactorOwner {
  readonly memberId: string;
  readonly sessionId?: string;
}

/**
 * Removes second factors and notifies the member. With the last factor the recovery codes are
 * removed too.
 */
@Injectable()
export class FactorRemovalService {
  constructor(
    private readonly totpSecrets: TotpSecretsRepository,
    private readonly passkeys: PasskeysRepository,
    private readonly recoveryCodes: RecoveryCodesRepository,
    private readonly factors: EnrolledFactorsService,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  async removeApp(tx: Tx, owner: FactorOwner, context: ClientContext): Promise<void> {
    await this.totpSecrets.remove(tx, owner.memberId);
    const hasFactorLeft = await this.factors.dropOrphanedRecoveryCodes(tx, owner.memberId);
    const mailData = hasFactorLeft ? ({ what: 'app-removed' } as const) : {};
    await this.notifications.notify(tx, 'two-factor.disabled', owner, context, {}, mailData);
  }

  /** @returns false if the member has no such passkey */
  async removePasskey(tx: Tx, owner: FactorOwner, id: string, context: ClientContext): Promise<boolean> {
    const name = await this.passkeys.remove(tx, id, owner.memberId);
    if (name === undefined) return false;
    await this.notifyPasskeyRemoved(tx, owner, name, context);
    return true;
  }

  /**
   * Removes the factors and recovery codes that were set up within this period: an intruder may have
   * set them up to lock the member out. Recovery codes come last: after the factors are removed,
   * recovery codes remain only if an older factor does.
   */
  async removeSetUpWithin(tx: Tx, memberId: string, period: PastPeriod, context: ClientContext): Promise<void> {
    const owner = { memberId };
    if (await this.totpSecrets.isConfirmedWithin(tx, memberId, period)) await this.removeApp(tx, owner, context);
    for (const name of await this.passkeys.removeRegisteredWithin(tx, memberId, period))
      await this.notifyPasskeyRemoved(tx, owner, name, context);
    if (!(await this.recoveryCodes.removeMadeWithin(tx, memberId, period))) return;
    const mailData = { recoveryCodesLeft: 0 };
    await this.notifications.notify(tx, 'two-factor.recovery_codes_removed', owner, context, {}, mailData);
  }

  private async notifyPasskeyRemoved(
    tx: Tx,
    owner: FactorOwner,
    name: string | null,
    context: ClientContext,
  ): Promise<void> {
    const hasFactorLeft = await this.factors.dropOrphanedRecoveryCodes(tx, owner.memberId);
    const mailData = { passkeyName: name ?? undefined, ...(!hasFactorLeft && { isSecondStepOff: 1 as const }) };
    await this.notifications.notify(tx, 'passkey.removed', owner, context, { name }, mailData);
  }
}
