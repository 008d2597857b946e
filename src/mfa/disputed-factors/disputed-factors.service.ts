import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { PastPeriod } from '../../platform/database/database-time.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { FactorRemovalService } from '../factor-removal.service.js';
import { PasskeysRepository } from '../passkeys/passkeys.repository.js';
import { SecondFactorNotificationsService } from '../second-factor-notifications.service.js';
import { TotpSecretsRepository } from '../totp/totp-secrets.repository.js';
import { FactorDisputesRepository } from './factor-disputes.repository.js';

/**
 * Decides what becomes of second factors that were set up shortly before an account was reported as
 * compromised. An intruder may have set them up to lock the member out. Or they are the member's, and
 * the report comes from an attacker who reads the member's mail (ADR 0023).
 */
@Injectable()
export class DisputedFactorsService {
  constructor(
    private readonly config: AppConfig,
    private readonly disputes: FactorDisputesRepository,
    private readonly removal: FactorRemovalService,
    private readonly totpSecrets: TotpSecretsRepository,
    private readonly passkeys: PasskeysRepository,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  /**
   * Removes the factors and recovery codes of this period where an older factor stays. Where none is
   * older, they stay for FACTOR_REMOVAL_WAIT_SECONDS, and the member is notified: without a factor, the
   * mailbox alone would open the account. During the wait the passkeys are second factors only. A wait
   * of 0 removes everything at once. Needs the member's lock.
   */
  async report(tx: Tx, memberId: string, windowSeconds: number, context: ClientContext): Promise<void> {
    const period: PastPeriod = { sinceSecondsAgo: windowSeconds };
    const waitSeconds = this.config.env.FACTOR_REMOVAL_WAIT_SECONDS;
    const { recent, older } = await this.countFactors(tx, memberId, period);
    if (recent === 0 || older > 0 || waitSeconds === 0)
      return this.removal.removeSetUpWithin(tx, memberId, period, context);
    await this.restrictRecentPasskeys(tx, memberId, windowSeconds);
    const removeOn = (await this.disputes.open(tx, memberId, windowSeconds, waitSeconds)).toISOString();
    await this.notifications.notify(tx, 'two-factor.removal_scheduled', { memberId }, context, {}, { removeOn });
  }

  /**
   * Makes passkeys of this period second factors only, so that an intruder's passkey does not log in
   * by itself. A passkey serves as both factors again once it has verified its user after a right
   * password.
   */
  async restrictRecentPasskeys(tx: Tx, memberId: string, windowSeconds: number): Promise<void> {
    await this.passkeys.restrictToSecondFactor(tx, memberId, { sinceSecondsAgo: windowSeconds });
  }

  /**
   * Removes the disputed factors once their wait is over.
   * @returns whether there was a dispute whose wait is over
   */
  async removeDue(tx: Tx, memberId: string, context: ClientContext): Promise<boolean> {
    const period = await this.disputes.takeDue(tx, memberId);
    if (period) await this.removal.removeSetUpWithin(tx, memberId, period, context);
    return period !== null;
  }

  /**
   * Keeps the disputed factors. Called after a right password and a factor of the member: the password
   * was set through the mailbox after the report, so the same person has mailbox and factor.
   */
  async withdraw(tx: Tx, memberId: string, context: ClientContext): Promise<void> {
    if (!(await this.disputes.close(tx, memberId))) return;
    await this.notifications.notify(tx, 'two-factor.removal_cancelled', { memberId }, context, {});
  }

  private async countFactors(
    tx: Tx,
    memberId: string,
    period: PastPeriod,
  ): Promise<{ readonly recent: number; readonly older: number }> {
    const apps = Number(await this.totpSecrets.isConfirmed(tx, memberId));
    const recentApps = Number(await this.totpSecrets.isConfirmedWithin(tx, memberId, period));
    const passkeys = await this.passkeys.count(tx, memberId);
    const recentPasskeys = await this.passkeys.countRegisteredWithin(tx, memberId, period);
    const recent = recentApps + recentPasskeys;
    return { recent, older: apps + passkeys - recent };
  }
}
