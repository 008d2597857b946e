import { Injectable } from '@nestjs/common';
import type { Principal } from '../access/principal.js';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { KeyRing } from '../common/key-ring.js';
import { SealedBox } from '../common/sealed-box.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import type { Sql, Tx } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import type { Assertion } from '../passkeys/passkey-credential.js';
import { PasskeysService, type ProvenPasskey } from '../passkeys/passkeys.service.js';
import { LoginThrottleService } from '../rate-limits/login-throttle.service.js';
import { ReauthenticationService } from '../reauthentication/reauthentication.service.js';
import { MembersRepository } from '../users/members.repository.js';
import { EnrolledFactorsService, type EnrolledFactor } from './enrolled-factors.service.js';
import { RecoveryCodesService } from './recovery-codes.service.js';
import { normaliseRecoveryCode } from './recovery-codes.js';
import { newTotpEnrolment, totpStepOf, type TotpEnrolment } from './totp.js';
import { TwoFactorNoticesService } from './two-factor-notices.service.js';
import { TwoFactorRepository, type StoredTotp, type TwoFactorStatus } from './two-factor.repository.js';

/** What a member brings as the second factor: a typed code, of the app or a recovery code, or a passkey's signature. */
export type SecondFactorAnswer = string | Assertion;

/** Whose second factor is being tried, and by which known device or session; null for unknown devices, which are counted together. */
interface Guesser {
  readonly memberId: string;
  readonly deviceId: string | null;
}

interface MatchedTotp {
  readonly kind: 'totp';
  readonly sealed: Buffer;
  readonly step: number;
}

/** A factor that fits; spending it decides, in the transaction of what it allows. */
export type MatchedFactor =
  | MatchedTotp
  | { readonly kind: 'recovery-code'; readonly digests: readonly Buffer[] }
  | { readonly kind: 'passkey'; readonly passkey: ProvenPasskey };

/** The second factor of a login, of whatever kind; and the authenticator app: enrol, confirm, take away. */
@Injectable()
export class TwoFactorService {
  private readonly box: SealedBox;

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly twoFactor: TwoFactorRepository,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly passkeys: PasskeysService,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly throttle: LoginThrottleService,
    private readonly notices: TwoFactorNoticesService,
  ) {
    this.box = new SealedBox(keys.all('totp-secret'));
  }

  /** Whether logins of this member need a second factor. */
  async isEnrolled(sql: Sql, memberId: string): Promise<boolean> {
    return (await this.factors.of(sql, memberId)).length > 0;
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
      if (!(await this.twoFactor.putUnconfirmed(tx, principal.memberId, sealed, this.keys.ids[0]!)))
        throw new DomainError('totp_already_enabled');
    });
    return enrolment;
  }

  /** From now on logins need the app. @returns the recovery codes, shown this once. @throws DomainError `code_invalid`, `too_many_attempts`, `totp_already_enabled` */
  async confirm(principal: Principal, code: string, caller: Caller): Promise<string[]> {
    const { memberId } = principal;
    const totp = await this.twoFactor.findTotp(memberId);
    if (totp?.isConfirmed) throw new DomainError('totp_already_enabled');
    const matched = await this.guess({ memberId, deviceId: principal.sessionId }, async () => {
      if (!totp) throw wrongCode();
      return this.matchTotp(memberId, totp, code);
    });
    return this.database.transaction(async (tx) => {
      // The member's row first: a login that is under way either ends before this or meets the new factor (CC-06).
      await this.members.lock(tx, memberId);
      const isFirst = !(await this.isEnrolled(tx, memberId));
      if (!(await this.twoFactor.confirm(tx, memberId, matched.sealed, matched.step)))
        throw new DomainError('code_invalid');
      const codes = await this.recoveryCodes.replace(tx, memberId);
      await this.notices.tell(tx, 'two-factor.enabled', principal, caller, {});
      if (isFirst) await this.factors.endSessionsWithout(tx, principal, caller);
      return codes;
    });
  }

  /** @throws DomainError `invalid_credentials`, `totp_not_enabled`, `code_invalid`, `too_many_attempts` */
  async disable(principal: Principal, password: string, code: string, caller: Caller): Promise<void> {
    const { memberId } = principal;
    await this.reauthentication.confirmPassword(principal, password, caller);
    if (!(await this.twoFactor.isTotpConfirmed(this.database, memberId))) throw new DomainError('totp_not_enabled');
    const factor = await this.check({ memberId, deviceId: principal.sessionId }, code, caller);
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      await this.spend(tx, principal, factor, caller);
      await this.removeTotp(tx, principal, caller);
    });
  }

  /** Ten new recovery codes; the old ones die. @throws DomainError `invalid_credentials`, `totp_not_enabled` */
  async regenerate(principal: Principal, password: string, caller: Caller): Promise<string[]> {
    const { memberId } = principal;
    await this.reauthentication.confirmPassword(principal, password, caller);
    return this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      if (!(await this.isEnrolled(tx, memberId))) throw new DomainError('totp_not_enabled');
      const codes = await this.recoveryCodes.replace(tx, memberId);
      await this.notices.tell(tx, 'two-factor.recovery_codes_replaced', principal, caller, {});
      return codes;
    });
  }

  /**
   * Finds the factor an answer belongs to. Each try is counted beforehand, for the account and over all factors and logins
   * under way, so that twenty logins do not give twenty budgets (OC-10). As for passwords, known devices and sessions are
   * counted apart, so that whoever knows the password cannot keep the owner waiting there (BF-04).
   * @throws DomainError `code_invalid`, `passkey_invalid`, `too_many_attempts`
   */
  async check(guesser: Guesser, answer: SecondFactorAnswer, caller: Caller): Promise<MatchedFactor> {
    return this.guess(guesser, () => this.match(guesser.memberId, answer, caller));
  }

  /** Takes away an app that was set up within the last `seconds`, when the owner takes the account back. */
  async removeRecent(tx: Tx, memberId: string, seconds: number, caller: Caller): Promise<void> {
    if (await this.twoFactor.isConfirmedSince(tx, memberId, seconds)) await this.removeTotp(tx, { memberId }, caller);
  }

  /**
   * Takes away recovery codes that were made within the last `seconds`, when the owner takes the account back: whoever made
   * them may hold them still. After the factors, since codes go with the last one anyway.
   */
  async removeRecentRecoveryCodes(tx: Tx, memberId: string, seconds: number, caller: Caller): Promise<void> {
    if (!(await this.twoFactor.removeRecoveryCodesSince(tx, memberId, seconds))) return;
    await this.notices.tell(
      tx,
      'two-factor.recovery_codes_removed',
      { memberId },
      caller,
      {},
      { recoveryCodesLeft: 0 },
    );
  }

  /**
   * Takes the app, or all passkeys, away from somebody who has lost them; telling is for the caller. Recovery codes go with the last factor.
   * @returns whether another factor is left; null where there was nothing to take away
   */
  async removeLost(tx: Tx, memberId: string, factor: EnrolledFactor): Promise<boolean | null> {
    if (!(await this.factors.of(tx, memberId)).includes(factor)) return null;
    if (factor === 'totp') await this.twoFactor.removeTotp(tx, memberId);
    else await this.passkeys.removeAll(tx, memberId);
    return this.factors.settle(tx, memberId);
  }

  /** Which second factors protect the member. */
  async enrolledFactors(memberId: string): Promise<EnrolledFactor[]> {
    return this.factors.of(this.database, memberId);
  }

  /** Ends the waits after wrong second factors. */
  async unlock(tx: Tx, memberId: string): Promise<void> {
    await this.throttle.clear(tx, failuresOf(memberId));
  }

  /** Uses the factor up, once. @throws DomainError `code_invalid` or `passkey_invalid` for whoever comes second */
  async spend(
    tx: Tx,
    owner: { readonly memberId: string; readonly sessionId?: string },
    factor: MatchedFactor,
    caller: Caller,
  ): Promise<void> {
    switch (factor.kind) {
      case 'passkey':
        return this.passkeys.spend(tx, factor.passkey);
      case 'totp':
        if (!(await this.twoFactor.spendStep(tx, owner.memberId, factor.sealed, factor.step)))
          throw new DomainError('code_invalid', { detail: 'step used before' });
        return;
      case 'recovery-code': {
        const left = await this.twoFactor.spendRecoveryCode(tx, owner.memberId, factor.digests);
        if (left === null) throw new DomainError('code_invalid', { detail: 'recovery code wrong or used' });
        await this.notices.tell(tx, 'two-factor.recovery_code_used', owner, caller, {}, { recoveryCodesLeft: left });
      }
    }
  }

  /** @param match refuses with a DomainError, which counts as a wrong guess */
  private async guess<T>({ memberId, deviceId }: Guesser, match: () => Promise<T>): Promise<T> {
    let outcome: T | DomainError | undefined;
    const subject = {
      account: failuresOf(memberId),
      deviceId,
      limit: this.config.env.MFA_FAILURE_LIMIT,
      // Waits always end: a reset clears none of them, so one that did not would shut the owner out for good.
      hardLimit: null,
    };
    const isRight = await this.throttle.attempt(subject, async () => {
      outcome = await match().catch((error: unknown) => {
        if (error instanceof DomainError) return error;
        throw error;
      });
      return !(outcome instanceof DomainError);
    });
    if (isRight === null)
      throw new DomainError('too_many_attempts', {
        retryAfter: this.config.env.LOGIN_FIRST_WAIT_SECONDS,
        detail: 'second factor',
      });
    if (outcome instanceof DomainError) throw outcome;
    return outcome as T;
  }

  private async match(memberId: string, answer: SecondFactorAnswer, caller: Caller): Promise<MatchedFactor> {
    if (typeof answer !== 'string')
      return { kind: 'passkey', passkey: await this.passkeys.verifySecondFactor(answer, memberId, caller) };
    const recoveryCode = normaliseRecoveryCode(answer);
    if (recoveryCode !== null) {
      const digests = await this.recoveryCodes.match(memberId, recoveryCode);
      if (!digests) throw wrongCode();
      return { kind: 'recovery-code', digests };
    }
    const totp = await this.twoFactor.findTotp(memberId);
    if (!totp?.isConfirmed) throw wrongCode();
    return this.matchTotp(memberId, totp, answer.replace(/[\s-]/g, ''));
  }

  private matchTotp(memberId: string, { sealed, lastStep }: StoredTotp, code: string): MatchedTotp {
    const step = totpStepOf(this.box.open(sealed, memberId), code, this.clock.nowSeconds());
    // A code that was used counts as wrong: as a right one it would clear the count, again and again (OC-10).
    if (step === null || step <= lastStep) throw wrongCode();
    return { kind: 'totp', sealed, step };
  }

  private async removeTotp(
    tx: Tx,
    owner: { readonly memberId: string; readonly sessionId?: string },
    caller: Caller,
  ): Promise<void> {
    await this.twoFactor.removeTotp(tx, owner.memberId);
    const isProtected = await this.factors.settle(tx, owner.memberId);
    await this.notices.tell(tx, 'two-factor.disabled', owner, caller, {}, isProtected ? { what: 'app-removed' } : {});
  }
}

function wrongCode(): DomainError {
  return new DomainError('code_invalid', { detail: 'wrong second factor' });
}

/** What wrong second factors are counted by. */
function failuresOf(memberId: string): string {
  return `second-factor:${memberId}`;
}
