import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Sql } from '../../platform/database/sql.js';
import { KeyedQueue } from '../../platform/concurrency/keyed-queue.js';

/** What failures are counted by: the account, or the identifier nobody has, and the known device or the session that asks, if there is one. */
export interface LoginSubject {
  readonly account: string;
  readonly deviceId: string | null;
  /**
   * What its checks take turns by, where that is not the account. For a login it is the identifier as it was submitted: by the account,
   * who waits for whom would tell which login ID and which address belong together (EN-07).
   */
  readonly turn?: string;
  /** Failures before waits begin, where it is not the one for logins. */
  readonly limit?: number;
  /** Failures after which a wait does not end by itself, where it is not the one for logins; null where waits always end. */
  readonly hardLimit?: number | null;
}

/** One by each secret, the current one first. */
type Digests = [Buffer, ...Buffer[]];

/** What became of a counted attempt. */
export interface CountedAttempt {
  /** Null where the subject has to wait. */
  readonly isRight: boolean | null;
  /** Failures in a row before this attempt. */
  readonly failuresBefore: number;
  /** Whether this very failure makes the subject wait for the first time. */
  readonly startsWaiting: boolean;
}

/**
 * Until when so many failures make wait: from the limit on each further one doubles the wait; at the hard limit, where there is one,
 * it does not end by itself. The exponent is bounded for where there is none: beyond 1023 a float overflows, and the attempt would be an error.
 */
const blockedUntil = (failures: string): string => `CASE
  WHEN ${failures} >= $5::int THEN 'infinity'::timestamptz
  WHEN ${failures} >= $2::int THEN now() + make_interval(secs => least($4::float8, $3::float8 * 2 ^ least(${failures} - $2::int, 30)))
END`;

/**
 * Counts the attempt before the password is compared. Within a wait nothing is counted and no row comes back. Waits that
 * began under another secret ($7) hold, too; there are such keys only while a rotation runs.
 */
const TAKE = {
  name: 'login-failure-take',
  text: `INSERT INTO login_failures AS f (key, account, failures)
    SELECT $1::bytea, $6::bytea, 1
    WHERE NOT EXISTS (SELECT FROM login_failures WHERE key = ANY($7::bytea[]) AND blocked_until > now())
    ON CONFLICT (key) DO UPDATE SET failures = f.failures + 1, updated_at = now(), blocked_until = ${blockedUntil('(f.failures + 1)')}
    WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
    RETURNING f.failures`,
};

/** Counts $7 failures afterwards. */
const PUT_BACK = `INSERT INTO login_failures AS f (key, account, failures, blocked_until) VALUES ($1, $6, $7::int, ${blockedUntil('$7::int')})
  ON CONFLICT (key) DO UPDATE SET failures = f.failures + $7::int, updated_at = now(), blocked_until = ${blockedUntil('(f.failures + $7::int)')}
  RETURNING f.failures`;

/**
 * Slows down guessing at one account, wherever it comes from. Known devices are counted apart, so an attacker can make
 * the account wait on unknown devices only and never locks its owner out.
 */
@Injectable()
export class LoginThrottleService {
  /** By secret, the current one first: that one counts, so that counts begin anew once in a rotation and no wait comes back. */
  private readonly secrets: readonly Buffer[];
  private readonly turns: KeyedQueue;

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    keys: KeyRing,
  ) {
    this.secrets = keys.all('login-throttle');
    this.turns = new KeyedQueue(config.env.HASH_QUEUE_LIMIT);
  }

  /**
   * Runs one password check, counted as a failure beforehand and cleared if it succeeds; null where the subject has to
   * wait. Checks with one turn run one after the other within this process: otherwise an owner who logs in on many tabs at once
   * would meet a limit made of nothing but their own attempts under way.
   * @param check resolves to whether the password was right; if it throws, the attempt is not counted
   */
  async attempt(subject: LoginSubject, check: () => Promise<boolean>): Promise<boolean | null> {
    return (await this.attemptCounted(subject, check)).isRight;
  }

  /**
   * As {@link attempt}, and tells what went before.
   * @param pretend runs in place of the check where the subject has to wait, and in its turn: whoever is behind it must not see that
   */
  async attemptCounted(
    subject: LoginSubject,
    check: () => Promise<boolean>,
    pretend?: () => Promise<void>,
  ): Promise<CountedAttempt> {
    const [key, ...olderKeys] = this.keysOf(subject);
    return this.turns.run(turnOf(subject), async () => {
      const limit = this.limitOf(subject);
      const failures = await this.count(subject, key, olderKeys);
      if (failures === null) {
        await pretend?.();
        return { isRight: null, failuresBefore: 0, startsWaiting: false };
      }
      let isRight: boolean;
      try {
        isRight = await check();
      } catch (error) {
        await this.refund(key);
        throw error;
      }
      if (isRight) await this.database.query(`DELETE FROM login_failures WHERE key = ANY($1)`, [[key, ...olderKeys]]);
      return { isRight, failuresBefore: failures - 1, startsWaiting: !isRight && failures === limit };
    });
  }

  /** Whether the next check of this subject would wait for its turn. */
  hasQueue(subject: LoginSubject): boolean {
    return this.turns.isBusy(turnOf(subject));
  }

  /**
   * Makes an attempt a failure afterwards, when its login was refused although the password was right: what that had cleared is
   * counted again, and this attempt with it, with the wait that a wrong password would have begun.
   * @returns whether this failure makes the subject wait for the first time
   */
  async restoreFailures(subject: LoginSubject, failuresBefore: number): Promise<boolean> {
    const limit = this.limitOf(subject);
    const counted = failuresBefore + 1;
    const values = [...this.countValues(subject, this.keysOf(subject)[0]), counted];
    const { rows } = await this.database.query<{ failures: number }>(PUT_BACK, values);
    const { failures } = rows[0]!;
    return failures >= limit && Math.max(failuresBefore, failures - counted) < limit;
  }

  /** Whole seconds until the subject may try again, at least one. For subjects whose waits end: a hard limit has no such answer. */
  async secondsToWait(subject: LoginSubject): Promise<number> {
    const { rows } = await this.database.query<{ seconds: number | null }>(
      `SELECT ceil(extract(epoch FROM max(blocked_until) - now()))::float8 AS seconds FROM login_failures WHERE key = ANY($1)`,
      [this.keysOf(subject)],
    );
    // Null where the wait was ended meanwhile.
    return Math.max(1, rows[0]!.seconds ?? 1);
  }

  /** Ends all waits of an account, also those of its known devices: a mailbox proof, or an administrator, has spoken for it. */
  async clear(sql: Sql, account: string): Promise<void> {
    await sql.query(`DELETE FROM login_failures WHERE account = ANY($1)`, [this.digestsOf(account)]);
  }

  /** Whether somebody has to wait at this account, on known devices or others. */
  async isWaiting(sql: Sql, account: string): Promise<boolean> {
    const { count } = await sql.query(
      `SELECT key FROM login_failures WHERE account = ANY($1) AND blocked_until > now()`,
      [this.digestsOf(account)],
    );
    return count > 0;
  }

  /** The failures in a row, this attempt included; null within a wait. */
  private async count(subject: LoginSubject, key: Buffer, olderKeys: readonly Buffer[]): Promise<number | null> {
    const values = [...this.countValues(subject, key), olderKeys];
    const { rows } = await this.database.prepared<{ failures: number }>(TAKE, values);
    return rows[0]?.failures ?? null;
  }

  /** The first values of {@link TAKE} and {@link PUT_BACK}. */
  private countValues(subject: LoginSubject, key: Buffer): (Buffer | number | null)[] {
    const { env } = this.config;
    const { account, hardLimit = env.LOGIN_FAILURE_HARD_LIMIT } = subject;
    const limits = [this.limitOf(subject), env.LOGIN_FIRST_WAIT_SECONDS, env.LOGIN_MAX_WAIT_SECONDS, hardLimit];
    return [key, ...limits, this.digestsOf(account)[0]];
  }

  private limitOf({ limit }: LoginSubject): number {
    return limit ?? this.config.env.LOGIN_FAILURE_LIMIT;
  }

  private async refund(key: Buffer): Promise<void> {
    await this.database
      .query(`UPDATE login_failures SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE key = $1`, [
        key,
      ])
      .catch(() => undefined);
  }

  private keysOf({ account, deviceId }: LoginSubject): Digests {
    return this.digests(account, deviceId ?? '');
  }

  private digestsOf(account: string): Digests {
    return this.digests('account', account);
  }

  private digests(...parts: string[]): Digests {
    return this.secrets.map((secret) => keyedDigest(secret, ...parts)) as Digests;
  }
}

function turnOf({ account, turn = account, deviceId }: LoginSubject): string {
  return `${deviceId ?? ''} ${turn}`;
}
