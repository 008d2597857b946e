import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';

/**
 * The row that counts the failures of one subject, and the limits that decide how long it waits.
 */
export interface FailureCounter {
  /** Keyed digest of account and device, with the current secret. */
  readonly key: Buffer;
  /** Keyed digest of the account alone, with the current secret. */
  readonly account: Buffer;
  /** Failures before waits begin. */
  readonly limit: number;
  readonly firstWaitSeconds: number;
  readonly maxWaitSeconds: number;
  /** Failures after which a wait does not end by itself; null where waits always end. */
  readonly hardLimit: number | null;
}

/** What an administrator sees of the failures at an account. */
export interface AccountFailures {
  /** In a row, from the device with the most of them. */
  readonly failures: number;
  readonly isWaiting: boolean;
  /** The end of the last wait that ends by itself. */
  readonly until: Date | null;
  /** Whether a wait lasts until a reset or an administrator ends it. */
  readonly isEndless: boolean;
}

/**
 * How long a subject with `failures` failures waits. From the limit on, each further failure
 * doubles the wait. At the hard limit the wait does not end by itself. The exponent is bounded
 * because a float overflows beyond 1023.
 */
const blockedUntil = (failures: string): string => `CASE
  WHEN ${failures} >= $5::int THEN 'infinity'::timestamptz
  WHEN ${failures} >= $2::int THEN now() + make_interval(secs => least($4::float8, $3::float8 * 2 ^ least(${failures} - $2::int, 30)))
END`;

/** Counts one attempt, unless the subject has to wait: then it returns no row. */
const COUNT = {
  name: 'login-failure-take',
  text: `INSERT INTO login_failures AS f (key, account, failures, blocked_until)
    SELECT $1::bytea, $6::bytea, 1, ${blockedUntil('1')}
    WHERE NOT EXISTS (SELECT FROM login_failures WHERE key = ANY($7::bytea[]) AND blocked_until > now())
    ON CONFLICT (key) DO UPDATE SET failures = f.failures + 1, updated_at = now(), blocked_until = ${blockedUntil('(f.failures + 1)')}
    WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
    RETURNING f.failures`,
};

const ADD = `INSERT INTO login_failures AS f (key, account, failures, blocked_until) VALUES ($1, $6, $7::int, ${blockedUntil('$7::int')})
  ON CONFLICT (key) DO UPDATE SET failures = f.failures + $7::int, updated_at = now(), blocked_until = ${blockedUntil('(f.failures + $7::int)')}
  RETURNING f.failures`;

const DELETE = `DELETE FROM login_failures WHERE key = ANY($1)`;

/**
 * Owns the table `login_failures`. Every login is counted here, so that statement is prepared SQL.
 */
@Injectable()
export class LoginFailuresRepository {
  constructor(private readonly database: Database) {}

  /**
   * Counts an attempt as a failure.
   * @param olderKeys of the subject, with secrets that are being rotated out: a wait under one of
   * them still holds
   * @returns the failures in a row, this attempt included; null where the subject has to wait
   */
  async count(counter: FailureCounter, olderKeys: readonly Buffer[]): Promise<number | null> {
    const values = [...valuesOf(counter), olderKeys];
    const { rows } = await this.database.prepared<{ failures: number }>(COUNT, values);
    return rows[0]?.failures ?? null;
  }

  /**
   * Adds several failures at once.
   * @returns the failures in a row afterwards
   */
  async add(counter: FailureCounter, failures: number): Promise<number> {
    const { rows } = await this.database.query<{ failures: number }>(ADD, [...valuesOf(counter), failures]);
    return rows[0]!.failures;
  }

  /**
   * Refunds one failure, and ends the wait that it began.
   * @param number of the failure among those in a row: a wait that a later one began goes on
   */
  async refund(key: Buffer, number: number): Promise<void> {
    await this.database.query(
      `UPDATE login_failures SET failures = greatest(failures - 1, 0),
         blocked_until = CASE WHEN failures <= $2 THEN NULL ELSE blocked_until END WHERE key = $1`,
      [key, number],
    );
  }

  async delete(keys: readonly Buffer[]): Promise<void> {
    await this.database.query(DELETE, [keys]);
  }

  /** As {@link delete}, in the transaction of what follows. */
  async deleteWithin(tx: Tx, keys: readonly Buffer[]): Promise<void> {
    await tx.runLater(DELETE, [keys]);
  }

  async deleteByAccount(tx: Tx, accounts: readonly Buffer[]): Promise<void> {
    await tx.runLater(`DELETE FROM login_failures WHERE account = ANY($1)`, [accounts]);
  }

  /** The failures of an account and its last wait, over unknown and known devices. */
  async findOfAccount(sql: Sql, accounts: readonly Buffer[]): Promise<AccountFailures> {
    const { rows } = await sql.query<AccountFailures>(
      `SELECT coalesce(max(failures), 0) AS failures, count(*) FILTER (WHERE blocked_until > now()) > 0 AS "isWaiting",
         max(blocked_until) FILTER (WHERE blocked_until > now() AND blocked_until <> 'infinity') AS until,
         count(*) FILTER (WHERE blocked_until = 'infinity') > 0 AS "isEndless"
       FROM login_failures WHERE account = ANY($1)`,
      [accounts],
    );
    return rows[0]!;
  }

  /**
   * Whole seconds until the last wait under these keys ends; null without a wait that ends by itself.
   */
  async findSecondsToWait(keys: readonly Buffer[]): Promise<number | null> {
    const { rows } = await this.database.query<{ seconds: number | null }>(
      `SELECT ceil(extract(epoch FROM max(blocked_until) - now()))::float8 AS seconds FROM login_failures
       WHERE key = ANY($1) AND blocked_until > now() AND blocked_until <> 'infinity'`,
      [keys],
    );
    return rows[0]!.seconds;
  }
}

/** The first six parameters of {@link COUNT} and {@link ADD}. */
function valuesOf(counter: FailureCounter): (Buffer | number | null)[] {
  const { key, limit, firstWaitSeconds, maxWaitSeconds, hardLimit, account } = counter;
  return [key, limit, firstWaitSeconds, maxWaitSeconds, hardLimit, account];
}
