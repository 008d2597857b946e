import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { TurnTaking } from '../common/turn-taking.js';

/** What failures are counted by: the account, or the identifier nobody has, and the device if it is a known one. */
export interface LoginSubject {
  readonly account: string;
  readonly deviceId: string | null;
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
 * Counts the attempt before the password is compared. Within a wait nothing is counted and no row comes back. From the
 * limit on each further failure doubles the wait; at the hard limit, where there is one, it does not end by itself. The
 * exponent is bounded for where there is none: beyond 1023 a float overflows, and the attempt would be an error. Waits
 * that began under another secret ($7) hold, too; there are such keys only while a rotation runs.
 */
const TAKE = {
  name: 'login-failure-take',
  text: `INSERT INTO login_failures AS f (key, account, failures)
    SELECT $1::bytea, $6::bytea, 1
    WHERE NOT EXISTS (SELECT FROM login_failures WHERE key = ANY($7::bytea[]) AND blocked_until > now())
    ON CONFLICT (key) DO UPDATE SET failures = f.failures + 1, updated_at = now(),
      blocked_until = CASE
        WHEN f.failures + 1 >= $5::int THEN 'infinity'
        WHEN f.failures + 1 >= $2 THEN now() + make_interval(secs => least($4::float8, $3::float8 * 2 ^ least(f.failures + 1 - $2, 30)))
      END
    WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
    RETURNING f.failures`,
};

/**
 * Slows down guessing at one account, wherever it comes from. Known devices are counted apart, so an attacker can make
 * the account wait on unknown devices only and never locks its owner out.
 */
@Injectable()
export class LoginThrottleService {
  /** By secret, the current one first: that one counts, so that counts begin anew once in a rotation and no wait comes back. */
  private readonly secrets: readonly Buffer[];
  private readonly turns: TurnTaking;

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    keys: KeyRing,
  ) {
    this.secrets = keys.all('login-throttle');
    this.turns = new TurnTaking(config.env.HASH_QUEUE_LIMIT);
  }

  /**
   * Runs one password check, counted as a failure beforehand and cleared if it succeeds; null where the subject has to
   * wait. Checks of one subject take turns within this process: otherwise an owner who logs in on many tabs at once
   * would meet a limit made of nothing but their own attempts under way.
   * @param check resolves to whether the password was right; if it throws, the attempt is not counted
   */
  async attempt(subject: LoginSubject, check: () => Promise<boolean>): Promise<boolean | null> {
    return (await this.attemptCounted(subject, check)).isRight;
  }

  /** As {@link attempt}, and tells what went before. */
  async attemptCounted(subject: LoginSubject, check: () => Promise<boolean>): Promise<CountedAttempt> {
    const [key, ...olderKeys] = this.keysOf(subject);
    return this.turns.take(turnOf(key), async () => {
      const limit = subject.limit ?? this.config.env.LOGIN_FAILURE_LIMIT;
      const failures = await this.count(key, olderKeys, subject, limit);
      if (failures === null) return { isRight: null, failuresBefore: 0, startsWaiting: false };
      let isRight: boolean;
      try {
        isRight = await check();
      } catch (error) {
        await this.giveBack(key);
        throw error;
      }
      if (isRight) await this.database.query(`DELETE FROM login_failures WHERE key = ANY($1)`, [[key, ...olderKeys]]);
      return { isRight, failuresBefore: failures - 1, startsWaiting: !isRight && failures === limit };
    });
  }

  /** Whether the next check of this subject would wait for its turn. */
  hasQueue(subject: LoginSubject): boolean {
    return this.turns.isTaken(turnOf(this.keysOf(subject)[0]));
  }

  /** Counts so many failures of a subject: what a right password had cleared, when the login was refused all the same. */
  async putBack(subject: LoginSubject, failures: number): Promise<void> {
    await this.database.query(
      `INSERT INTO login_failures AS f (key, account, failures) VALUES ($1, $2, $3)
       ON CONFLICT (key) DO UPDATE SET failures = f.failures + excluded.failures, updated_at = now()`,
      [this.keysOf(subject)[0], this.digestsOf(subject.account)[0], failures],
    );
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
  private async count(
    key: Buffer,
    olderKeys: readonly Buffer[],
    { account, hardLimit = this.config.env.LOGIN_FAILURE_HARD_LIMIT }: LoginSubject,
    limit: number,
  ): Promise<number | null> {
    const { env } = this.config;
    const limits = [limit, env.LOGIN_FIRST_WAIT_SECONDS, env.LOGIN_MAX_WAIT_SECONDS, hardLimit];
    const values = [key, ...limits, this.digestsOf(account)[0], olderKeys];
    const { rows } = await this.database.prepared<{ failures: number }>(TAKE, values);
    return rows[0]?.failures ?? null;
  }

  private async giveBack(key: Buffer): Promise<void> {
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

function turnOf(key: Buffer): string {
  return key.toString('base64');
}
