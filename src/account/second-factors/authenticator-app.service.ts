import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { TotpCodesService } from '../../mfa/totp/totp-codes.service.js';
import { newTotpEnrolment, type TotpEnrolment } from '../../mfa/totp/totp.js';
import { TwoFactorNotificationsService } from '../../mfa/two-factor-notifications.service.js';
import { TwoFactorRepository, type TwoFactorStatus } from '../../mfa/two-factor.repository.js';
import { TwoFactorService } from '../../mfa/two-factor.service.js';

/** A member's authenticator app: set up, confirm, take away. */
@Injectable()
export class AuthenticatorAppService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly repository: TwoFactorRepository,
    private readonly totpCodes: TotpCodesService,
    private readonly twoFactor: TwoFactorService,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly notifications: TwoFactorNotificationsService,
  ) {}

  async status({ memberId }: Principal): Promise<TwoFactorStatus> {
    return this.repository.statusOf(memberId);
  }

  /** Makes a secret and shows it once; it protects nothing until it is confirmed. @throws DomainError `invalid_credentials`, `totp_already_enabled`, `overloaded` */
  async enrol(principal: Principal, password: string, context: ClientContext): Promise<TotpEnrolment> {
    const { memberId } = principal;
    const { loginId } = await this.reauthentication.confirmPassword(principal, password, context);
    const enrolment = newTotpEnrolment(this.config.env.PRODUCT_NAME, loginId);
    const { sealed, keyId } = this.totpCodes.seal(enrolment.secret, memberId);
    await this.database.transaction(async (tx) => {
      if (!(await this.repository.putUnconfirmed(tx, memberId, sealed, keyId)))
        throw new DomainError('totp_already_enabled');
    });
    return enrolment;
  }

  /** From now on logins need the app. @returns the recovery codes, shown this once. @throws DomainError `code_invalid`, `too_many_attempts`, `totp_already_enabled`, `overloaded` */
  async confirm(principal: Principal, code: string, context: ClientContext): Promise<string[]> {
    const { memberId } = principal;
    const totp = await this.repository.findTotp(memberId);
    if (totp?.isConfirmed) throw new DomainError('totp_already_enabled');
    const matched = await this.twoFactor.guess({ memberId, deviceId: principal.sessionId }, async () =>
      this.totpCodes.match(memberId, totp, code),
    );
    return this.database.transaction(async (tx) => {
      // The member's row first: a login that is under way either ends before this or meets the new factor (CC-06).
      await this.members.lock(tx, memberId);
      const isFirst = !(await this.twoFactor.isEnrolled(tx, memberId));
      if (!(await this.repository.confirm(tx, memberId, matched.sealed, matched.step)))
        throw new DomainError('code_invalid', { detail: 'confirmed or replaced a moment ago' });
      const codes = await this.recoveryCodes.replace(tx, memberId);
      await this.notifications.notify(tx, 'two-factor.enabled', principal, context, {});
      if (isFirst) await this.factors.endSessionsWithout(tx, principal, context);
      return codes;
    });
  }

  /** @throws DomainError `invalid_credentials`, `totp_not_enabled`, `code_invalid`, `too_many_attempts`, `overloaded` */
  async disable(principal: Principal, password: string, code: string, context: ClientContext): Promise<void> {
    const { memberId } = principal;
    await this.reauthentication.confirmPassword(principal, password, context);
    if (!(await this.repository.isTotpConfirmed(this.database, memberId))) throw new DomainError('totp_not_enabled');
    const factor = await this.twoFactor.check({ memberId, deviceId: principal.sessionId }, code, context);
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      await this.twoFactor.spend(tx, principal, factor, context);
      await this.remove(tx, principal, context);
    });
  }

  /** Takes away an app that was set up within the last `seconds`, when the owner takes the account back. */
  async removeRecent(tx: Tx, memberId: string, seconds: number, context: ClientContext): Promise<void> {
    if (await this.repository.isConfirmedSince(tx, memberId, seconds)) await this.remove(tx, { memberId }, context);
  }

  private async remove(
    tx: Tx,
    owner: { readonly memberId: string; readonly sessionId?: string },
    context: ClientContext,
  ): Promise<void> {
    await this.repository.removeTotp(tx, owner.memberId);
    const isProtected = await this.factors.dropOrphanedRecoveryCodes(tx, owner.memberId);
    await this.notifications.notify(
      tx,
      'two-factor.disabled',
      owner,
      context,
      {},
      isProtected ? { what: 'app-removed' } : {},
    );
  }
}
