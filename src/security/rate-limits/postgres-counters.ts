import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Count, Counters, TakenCount } from './counters.js';

/** Milliseconds since 1970 by the database's clock, which all replicas share (FT-11). */
const NOW = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** The columns of {@link Count}. */
const STATE = `points, (expire - ${NOW})::float8 AS "msLeft"`;

/**
 * Adds a point, and begins a new window if the last one has ended. `least` shortens a window that
 * would last too long because the clock was set back.
 */
const ADD_ONE = `INSERT INTO rate_limits AS r (key, points, expire) VALUES ($1, 1, ${NOW} + $2::bigint)
    ON CONFLICT (key) DO UPDATE SET
      points = CASE WHEN r.expire > ${NOW} THEN r.points ELSE 0 END + 1,
      expire = CASE WHEN r.expire > ${NOW} THEN least(r.expire, ${NOW} + $2::bigint) ELSE ${NOW} + $2::bigint END`;

const COUNT = { name: 'rate-limit-count', text: `${ADD_ONE} RETURNING ${STATE}` };

/** Below the limit `$3` only: at the limit it writes nothing and returns no row. */
const TAKE = {
  name: 'rate-limit-take',
  text: `${ADD_ONE} WHERE r.points < $3::int OR r.expire <= ${NOW} RETURNING ${STATE}`,
};

const READ = {
  name: 'rate-limit-read',
  text: `SELECT key, ${STATE} FROM rate_limits WHERE key = ANY($1::text[]) AND expire > ${NOW}`,
};

/** Shortens a window that would last too long because the clock was set back. */
const SHORTEN = `UPDATE rate_limits SET expire = least(expire, ${NOW} + $2::bigint) WHERE key = $1`;

/** Counts in the table `rate_limits`, with prepared statements: most requests count something. */
@Injectable()
export class PostgresCounters implements Counters {
  constructor(private readonly database: Database) {}

  async add(key: string, windowMs: number): Promise<Count> {
    return (await this.database.prepared<Count>(COUNT, [key, windowMs])).rows[0]!;
  }

  async take(key: string, windowMs: number, limit: number): Promise<TakenCount> {
    const taken = (await this.database.prepared<Count>(TAKE, [key, windowMs, limit])).rows[0];
    if (taken) return { ...taken, isTaken: true };
    // Null where the window has ended between the two statements: the next request begins another.
    const [count] = await this.readAll([key]);
    if (!count) return { isTaken: false, points: limit, msLeft: 0 };
    if (count.msLeft > windowMs) await this.database.query(SHORTEN, [key, windowMs]);
    return { isTaken: false, points: count.points, msLeft: Math.min(count.msLeft, windowMs) };
  }

  async readAll(keys: readonly string[]): Promise<(Count | null)[]> {
    const { rows } = await this.database.prepared<Count & { key: string }>(READ, [keys]);
    return keys.map((key) => {
      const row = rows.find((candidate) => candidate.key === key);
      return row ? { points: row.points, msLeft: row.msLeft } : null;
    });
  }

  async subtract(key: string): Promise<boolean> {
    const { count } = await this.database.query(
      `UPDATE rate_limits SET points = points - 1 WHERE key = $1 AND points > 0 AND expire > ${NOW}`,
      [key],
    );
    return count === 1;
  }

  async delete(key: string): Promise<void> {
    await this.database.query(`DELETE FROM rate_limits WHERE key = $1`, [key]);
  }
}
