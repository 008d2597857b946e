import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../platform/http/client-context.js';
import { AppConfig } from '../platform/config/app-config.js';
import { Database } from '../platform/database/database.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import type { Assertion } from './passkeys/passkey-credential.js';
import { PasskeysService, type ProvenPasskey } from './passkeys/passkeys.service.js';
import { LoginThrottleService } from '../security/rate-limits/login-throttle.service.js';
import { EnrolledFactorsService, type EnrolledFactor } from './enrolled-factors.service.js';
import { RecoveryCodesService } from './recovery-codes/recovery-codes.service.js';
import { normaliseRecoveryCode } from './recovery-codes/recovery-codes.js';
import { TotpCodesService, type MatchedTotp } from './totp/totp-codes.service.js';
import { TwoFactorNotificationsService } from './two-factor-notifications.service.js';
import { TwoFactorRepository } from './two-factor.repository.js';

/** What a member brings as the second factor: a typed code, of the app or a recovery code, or a passkey's signature. */
export type SecondFactorAnswer = string | Assertion;

/** Whose second factor is being tried, and by which known device or session; null for unknown devices, which are counted together. */
interface Guesser {
  readonly memberId: string;
  readonly deviceId: string | null;
}

/** A factor that fits; spending it decides, in the transaction of what it allows. */
export type MatchedFactor =
  | MatchedTotp
  | { readonly kind: 'recovery-code'; readonly digests: readonly Buffer[] }
  | { readonly kind: 'passkey'; readonly passkey: ProvenPasskey };

/** The second factor of a login, of whatever kind: whether one is needed, whether an answer fits, using it up. */
@Injectable()
export class TwoFactorService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly twoFactor: TwoFactorRepository,
    private readonly factors: EnrolledFactorsService,
    private readonly totpCodes: TotpCodesService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly passkeys: PasskeysService,
    private readonly throttle: LoginThrottleService,
    private readonly notifications: TwoFactorNotificationsService,
  ) {}

  /** Whether logins of this member need a second factor. */
  async isEnrolled(sql: Sql, memberId: string): Promise<boolean> {
    return (await this.factors.of(sql, memberId)).length > 0;
  }

  /**
   * Finds the factor an answer belongs to. Each try is counted beforehand, for the account and over all factors and logins
   * under way, so that twenty logins do not give twenty budgets (OC-10). As for passwords, known devices and sessions are
   * counted apart, so that whoever knows the password cannot keep the owner waiting there (BF-04).
   * @throws DomainError `code_invalid`, `passkey_invalid`, `too_many_attempts`, `overloaded`
   */
  async check(guesser: Guesser, answer: SecondFactorAnswer, context: ClientContext): Promise<MatchedFactor> {
    return this.guess(guesser, () => this.match(guesser.memberId, answer, context));
  }

  /**
   * Takes the app, or all passkeys, away from somebody who has lost them; telling is for the caller. Recovery codes go with the last factor.
   * @returns whether another factor is left; null where there was nothing to take away
   */
  async removeLost(tx: Tx, memberId: string, factor: EnrolledFactor): Promise<boolean | null> {
    if (!(await this.factors.of(tx, memberId)).includes(factor)) return null;
    if (factor === 'totp') await this.twoFactor.removeTotp(tx, memberId);
    else await this.passkeys.removeAll(tx, memberId);
    return this.factors.dropOrphanedRecoveryCodes(tx, memberId);
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
    context: ClientContext,
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
        await this.notifications.notify(
          tx,
          'two-factor.recovery_code_used',
          owner,
          context,
          {},
          { recoveryCodesLeft: left },
        );
      }
    }
  }

  /**
   * Runs one try, counted as {@link check} says. @param match refuses with a DomainError, which counts as a wrong guess
   * @throws DomainError `too_many_attempts`, `overloaded`, and what `match` refuses with
   */
  async guess<T>({ memberId, deviceId }: Guesser, match: () => Promise<T>): Promise<T> {
    const subject = {
      account: failuresOf(memberId),
      deviceId,
      limit: this.config.env.MFA_FAILURE_LIMIT,
      // Waits always end: a reset clears none of them, so one that did not would shut the owner out for good.
      hardLimit: null,
    };
    const attempt = await this.throttle.begin(subject);
    try {
      if (attempt.isBlocked) {
        await attempt.finish(false);
        const retryAfter = await this.throttle.secondsToWait(subject);
        throw new DomainError('too_many_attempts', { retryAfter, detail: 'second factor' });
      }
      const factor = await match();
      await attempt.finish(true);
      return factor;
    } catch (error) {
      // A refusal is a wrong guess and stays counted; any other error is refunded.
      if (error instanceof DomainError) await attempt.finish(false);
      throw error;
    } finally {
      await attempt.cancel();
    }
  }

  private async match(memberId: string, answer: SecondFactorAnswer, context: ClientContext): Promise<MatchedFactor> {
    if (typeof answer !== 'string')
      return { kind: 'passkey', passkey: await this.passkeys.verifySecondFactor(answer, memberId, context) };
    const recoveryCode = normaliseRecoveryCode(answer);
    if (recoveryCode !== null) {
      const digests = await this.recoveryCodes.match(memberId, recoveryCode);
      if (!digests) throw new DomainError('code_invalid', { detail: 'recovery code wrong or used' });
      return { kind: 'recovery-code', digests };
    }
    const totp = await this.twoFactor.findTotp(memberId);
    return this.totpCodes.match(memberId, totp?.isConfirmed ? totp : null, answer.replace(/[\s-]/g, ''));
  }
}

/** What wrong second factors are counted by. */
function failuresOf(memberId: string): string {
  return `second-factor:${memberId}`;
}
