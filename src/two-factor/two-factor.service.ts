import { Injectable } from '@nestjs/common';
import type { Principal } from '../access/principal.js';
import { SecurityEventsService } from '../audit/security-events.service.js';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import { SealedBox } from '../common/sealed-box.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import type { Sql, Tx } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import type { MailTemplates } from '../mail/mail-template.js';
import { SecurityNoticesService } from '../notices/security-notices.service.js';
import { LoginThrottleService } from '../rate-limits/login-throttle.service.js';
import { ReauthenticationService } from '../reauthentication/reauthentication.service.js';
import { MembersRepository } from '../users/members.repository.js';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-codes.js';
import { newTotpEnrolment, totpStepOf, type TotpEnrolment } from './totp.js';
import { TwoFactorRepository, type TwoFactorStatus } from './two-factor.repository.js';

type Change = MailTemplates['two-factor-changed']['what'];

/** A factor that fits; spending it decides, in the transaction of what it allows. */
export type MatchedFactor =
  | { readonly kind: 'totp'; readonly sealed: Buffer; readonly step: number }
  | { readonly kind: 'recovery-code'; readonly digests: readonly Buffer[] };

/** Authenticator app and recovery codes: enrol, confirm, check, take away. */
@Injectable()
export class TwoFactorService {
  private readonly box: SealedBox;

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly twoFactor: TwoFactorRepository,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly throttle: LoginThrottleService,
    private readonly notices: SecurityNoticesService,
    private readonly events: SecurityEventsService,
  ) {
    this.box = new SealedBox(keys.all('totp-secret'));
  }

  /** Whether logins of this member need a second factor. */
  async isEnrolled(sql: Sql, memberId: string): Promise<boolean> {
    return this.twoFactor.isEnrolled(sql, memberId);
  }

  async status({ memberId }: Principal): Promise<TwoFactorStatus> {
    return this.twoFactor.statusOf(memberId);
  }

  /** Makes a secret and shows it once; it protects nothing until it is confirmed. @throws DomainError `invalid_credentials`, `totp_already_enabled` */
  async enrol(principal: Principal, password: string, caller: Caller): Promise<TotpEnrolment> {
    const { loginId } = await this.reauthentication.confirmPassword(principal, password, caller);
    const enrolment = newTotpEnrolment(this.config.env.PRODUCT_NAME, loginId);
    const sealed = this.box.seal(enrolment.secret, principal.memberId);
    await this.database.transaction(async (tx) => {
      if (!(await this.twoFactor.putUnconfirmed(tx, principal.memberId, sealed)))
        throw new DomainError('totp_already_enabled');
    });
    return enrolment;
  }

  /** From now on logins need the app. @returns the recovery codes, shown this once. @throws DomainError `code_invalid`, `too_many_attempts`, `totp_already_enabled` */
  async confirm({ memberId, sessionId }: Principal, code: string, caller: Caller): Promise<string[]> {
    const totp = await this.twoFactor.findTotp(memberId);
    if (totp?.isConfirmed) throw new DomainError('totp_already_enabled');
    const matched = await this.guess(memberId, async () => (totp ? this.matchTotp(memberId, totp.sealed, code) : null));
    return this.database.transaction(async (tx) => {
      // The member's row first: a login that is under way either ends before this or meets the new factor (CC-06).
      await this.members.lock(tx, memberId);
      if (!(await this.twoFactor.confirm(tx, memberId, matched.sealed, matched.step)))
        throw new DomainError('code_invalid');
      const codes = await this.writeRecoveryCodes(tx, memberId);
      await this.tell(tx, memberId, sessionId, 'two-factor.enabled', 'enabled', caller);
      return codes;
    });
  }

  /** @throws DomainError `invalid_credentials`, `totp_not_enabled`, `code_invalid`, `too_many_attempts` */
  async disable(principal: Principal, password: string, code: string, caller: Caller): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.reauthentication.confirmPassword(principal, password, caller);
    if (!(await this.isEnrolled(this.database, memberId))) throw new DomainError('totp_not_enabled');
    const factor = await this.check(memberId, code);
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      await this.spend(tx, memberId, sessionId, factor, caller);
      await this.twoFactor.remove(tx, memberId);
      await this.tell(tx, memberId, sessionId, 'two-factor.disabled', 'disabled', caller);
    });
  }

  /** Ten new recovery codes; the old ones die. @throws DomainError `invalid_credentials`, `totp_not_enabled` */
  async regenerate(principal: Principal, password: string, caller: Caller): Promise<string[]> {
    const { memberId, sessionId } = principal;
    await this.reauthentication.confirmPassword(principal, password, caller);
    return this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      if (!(await this.isEnrolled(tx, memberId))) throw new DomainError('totp_not_enabled');
      const codes = await this.writeRecoveryCodes(tx, memberId);
      await this.tell(tx, memberId, sessionId, 'two-factor.recovery_codes_replaced', 'recovery-codes-replaced', caller);
      return codes;
    });
  }

  /**
   * Finds the factor a code belongs to. Each try is counted beforehand, for the account and over all factors and logins
   * under way, so that twenty logins do not give twenty budgets (OC-10).
   * @throws DomainError `code_invalid`, `too_many_attempts`
   */
  async check(memberId: string, input: string): Promise<MatchedFactor> {
    return this.guess(memberId, () => this.match(memberId, input));
  }

  /** Takes away an app that was set up within the last `seconds`, when the owner takes the account back. */
  async removeRecent(tx: Tx, memberId: string, seconds: number, caller: Caller): Promise<void> {
    if (!(await this.twoFactor.isConfirmedSince(tx, memberId, seconds))) return;
    await this.twoFactor.remove(tx, memberId);
    await this.tell(tx, memberId, null, 'two-factor.disabled', 'disabled', caller);
  }

  /** Uses the factor up, once. @throws DomainError `code_invalid` for whoever comes second */
  async spend(
    tx: Tx,
    memberId: string,
    sessionId: string | null,
    factor: MatchedFactor,
    caller: Caller,
  ): Promise<void> {
    if (factor.kind === 'totp') {
      if (!(await this.twoFactor.spendStep(tx, memberId, factor.sealed, factor.step)))
        throw new DomainError('code_invalid', { detail: 'step used before' });
      return;
    }
    const left = await this.twoFactor.spendRecoveryCode(tx, memberId, factor.digests);
    if (left === null) throw new DomainError('code_invalid', { detail: 'recovery code wrong or used' });
    await this.tell(tx, memberId, sessionId, 'two-factor.recovery_code_used', 'recovery-code-used', caller, left);
  }

  private async guess<T>(memberId: string, match: () => Promise<T | null>): Promise<T> {
    let matched: T | null = null;
    const subject = { account: `second-factor:${memberId}`, deviceId: null, limit: this.config.env.MFA_FAILURE_LIMIT };
    const isRight = await this.throttle.attempt(subject, async () => {
      matched = await match();
      return matched !== null;
    });
    if (isRight === null)
      throw new DomainError('too_many_attempts', {
        retryAfter: this.config.env.LOGIN_FIRST_WAIT_SECONDS,
        detail: 'second factor',
      });
    if (matched === null) throw new DomainError('code_invalid', { detail: 'wrong second factor' });
    return matched;
  }

  private async match(memberId: string, input: string): Promise<MatchedFactor | null> {
    const recoveryCode = normaliseRecoveryCode(input);
    if (recoveryCode !== null) {
      const digests = this.recoveryDigests(memberId, recoveryCode);
      return (await this.twoFactor.hasRecoveryCode(memberId, digests)) ? { kind: 'recovery-code', digests } : null;
    }
    const totp = await this.twoFactor.findTotp(memberId);
    return totp?.isConfirmed ? this.matchTotp(memberId, totp.sealed, input.replace(/[\s-]/g, '')) : null;
  }

  private matchTotp(memberId: string, sealed: Buffer, code: string): Extract<MatchedFactor, { kind: 'totp' }> | null {
    const step = totpStepOf(this.box.open(sealed, memberId), code, this.clock.nowSeconds());
    return step === null ? null : { kind: 'totp', sealed, step };
  }

  private async writeRecoveryCodes(tx: Tx, memberId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const key = this.keys.current('recovery-code');
    await this.twoFactor.replaceRecoveryCodes(
      tx,
      memberId,
      codes.map((code) => keyedDigest(key, memberId, normaliseRecoveryCode(code)!)),
    );
    return codes;
  }

  private recoveryDigests(memberId: string, code: string): Buffer[] {
    return this.keys.all('recovery-code').map((key) => keyedDigest(key, memberId, code));
  }

  private async tell(
    tx: Tx,
    memberId: string,
    sessionId: string | null,
    event:
      | 'two-factor.enabled'
      | 'two-factor.disabled'
      | 'two-factor.recovery_codes_replaced'
      | 'two-factor.recovery_code_used',
    what: Change,
    caller: Caller,
    recoveryCodesLeft?: number,
  ): Promise<void> {
    await this.events.record(tx, event, { memberId, sessionId, caller }, {});
    const member = await this.members.get(tx, memberId);
    await this.notices.send(tx, 'two-factor-changed', member, caller, { what, recoveryCodesLeft });
  }
}
