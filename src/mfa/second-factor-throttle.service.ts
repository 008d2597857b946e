import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import type { AccountFailures } from '../security/rate-limits/login-failures.repository.js';
import { LoginThrottleService } from '../security/rate-limits/login-throttle.service.js';
import { isWrongFactor } from './wrong-factor.js';

/** Whose attempts at second factors are counted together. */
export interface FactorSubject {
  readonly memberId: string;
  /** The known device or the session of the attempts; null for all unknown devices. */
  readonly deviceId: string | null;
}

/** Limits the guessing of second factors by waits. */
@Injectable()
export class SecondFactorThrottleService {
  constructor(
    private readonly config: AppConfig,
    private readonly throttle: LoginThrottleService,
  ) {}

  /**
   * Runs one attempt. It is counted before anything is compared, for the account and over all its
   * factors and logins in progress: twenty logins do not give twenty budgets (OC-10). Known devices
   * and sessions are counted separately, so that an attacker who knows the password cannot keep the
   * member waiting there (BF-04).
   * @param match throws `code_invalid` or `passkey_invalid` for a wrong factor, which stays counted;
   *   any other error is refunded
   * @throws DomainError `too_many_attempts`, `overloaded`, and what `match` throws
   */
  async attempt<T>({ memberId, deviceId }: FactorSubject, match: () => Promise<T>): Promise<T> {
    const subject = {
      account: accountOf(memberId),
      deviceId,
      limit: this.config.env.MFA_FAILURE_LIMIT,
      // The waits always end by themselves. A password reset does not clear them, so a wait without
      // an end would lock the member out.
      hardLimit: null,
    };
    const attempt = await this.throttle.begin(subject);
    try {
      if (attempt.isBlocked) {
        await attempt.finish(false);
        const retryAfter = await this.throttle.secondsToWait(subject);
        throw new DomainError('too_many_attempts', { retryAfter, detail: 'too many wrong second factors' });
      }
      const factor = await match();
      await attempt.finish(true);
      return factor;
    } catch (error) {
      if (isWrongFactor(error)) await attempt.finish(false);
      throw error;
    } finally {
      await attempt.cancel();
    }
  }

  /** As {@link LoginThrottleService.findFailures}, for second factors. */
  async findFailures(sql: Sql, memberId: string): Promise<AccountFailures> {
    return this.throttle.findFailures(sql, accountOf(memberId));
  }

  /** Ends the member's waits after wrong second factors. */
  async unlock(tx: Tx, memberId: string): Promise<void> {
    await this.throttle.clear(tx, accountOf(memberId));
  }
}

/** The account under which wrong second factors are counted, separately from wrong passwords. */
function accountOf(memberId: string): string {
  return `second-factor:${memberId}`;
}
