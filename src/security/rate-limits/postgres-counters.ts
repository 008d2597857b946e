import { Injectable } from '@nestjs/common';
import { Database, type PreparedStatement } from '../../platform/database/database.js';
import type { Count, Counters, Durability, Take, TakenCount, TakenCounts } from './counters.js';

/** Milliseconds since 1970 by the database's clock, which all replicas share (FT-11). */
const NOW = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** The columns of {@link Count}. */
const STATE = `points, (expire - ${NOW})::float8 AS "msLeft"`;

/** A condition that is always true. As an effect, the statement's commit does not wait for the disk. */
const LOSABLE = `set_config('synchronous_commit', 'off', true) = 'off'`;

/**
 * Adds a point, and begins a new window if the last one has ended. `least` shortens a window that
 * would last too long because the clock was set back.
 */
const ON_CONFLICT = `ON CONFLICT (key) DO UPDATE SET
      points = CASE WHEN r.expire > ${NOW} THEN r.points ELSE 0 END + 1,
      expire = CASE WHEN r.expire > ${NOW} THEN least(r.expire, excluded.expire) ELSE excluded.expire END`;

const addOne = (condition: string): string =>
  `INSERT INTO rate_limits AS r (key, points, expire) SELECT $1, 1, ${NOW} + $2::bigint WHERE ${condition} ${ON_CONFLICT}`;

const COUNT = inBoth('rate-limit-count', (condition) => `${addOne(condition)} RETURNING ${STATE}`);

/** Adds a point below the limit `$3` only. At the limit it writes nothing and returns no row. */
const TAKE = inBoth('rate-limit-take', (condition) => {
  return `${addOne(condition)} WHERE r.points < $3::int OR r.expire <= ${NOW} RETURNING ${STATE}`;
});

/**
 * Takes a point of each window if the statement's snapshot shows room in all of them. A parallel
 * request may take the last point after the snapshot; then some rows are missing among `taken`. Rows
 * are locked in the order of the keys, so that no two statements deadlock. OFFSET 0 keeps the planner
 * from reading the whole table for a join.
 */
const TAKE_ALL = inBoth(
  'rate-limit-take-all',
  (condition) => `WITH wanted AS (
      SELECT w.*, points, expire FROM unnest($1::text[], $2::bigint[], $3::int[]) WITH ORDINALITY AS w (key, window_ms, most, at)
      LEFT JOIN LATERAL (SELECT points, expire FROM rate_limits r WHERE r.key = w.key AND r.expire > ${NOW} OFFSET 0) r ON true),
    taken AS (
      INSERT INTO rate_limits AS r (key, points, expire)
      SELECT key, 1, ${NOW} + window_ms FROM wanted
      WHERE most IS NOT NULL AND NOT EXISTS (SELECT FROM wanted WHERE coalesce(points, 0) >= most) AND ${condition}
      ORDER BY key
      ${ON_CONFLICT}
      WHERE r.points < (SELECT most FROM wanted WHERE key = excluded.key) OR r.expire <= ${NOW}
      RETURNING key, points, expire)
    SELECT coalesce(t.points, w.points) AS points, (coalesce(t.expire, w.expire) - ${NOW})::float8 AS "msLeft", t.key IS NOT NULL AS "isTaken"
    FROM wanted w LEFT JOIN taken t ON t.key = w.key ORDER BY at`,
);

const READ = {
  name: 'rate-limit-read',
  text: `SELECT key, ${STATE} FROM rate_limits WHERE key = ANY($1::text[]) AND expire > ${NOW}`,
};

/** Shortens a window that would last too long because the clock was set back. */
const SHORTEN = `UPDATE rate_limits SET expire = least(expire, ${NOW} + $2::bigint) WHERE key = $1`;

/** What {@link TAKE_ALL} returns for each key; null without a current window. */
interface TakenRow {
  readonly points: number | null;
  readonly msLeft: number | null;
  readonly isTaken: boolean;
}

/** The greatest limit that the statements know. */
const MAX_INT = 2_147_483_647;

/** Counts in the table `rate_limits`, with prepared statements: most requests count something. */
@Injectable()
export class PostgresCounters implements Counters {
  constructor(private readonly database: Database) {}

  async add(key: string, windowMs: number, durability: Durability = 'lasting'): Promise<Count> {
    return (await this.database.prepared<Count>(COUNT[durability], [key, windowMs])).rows[0]!;
  }

  async take(key: string, windowMs: number, limit: number, durability: Durability = 'lasting'): Promise<TakenCount> {
    const taken = (await this.database.prepared<Count>(TAKE[durability], [key, windowMs, limit])).rows[0];
    if (taken) return { ...taken, isTaken: true };
    // Null where the window has ended between the two statements: the next request begins another.
    const [count] = await this.readAll([key]);
    if (!count) return { isTaken: false, points: limit, msLeft: 0 };
    return { isTaken: false, ...(await this.shorten(key, windowMs, count)) };
  }

  async takeAll(takes: readonly Take[], durability: Durability = 'lasting'): Promise<TakenCounts> {
    const keys = takes.map(({ key }) => key);
    const limits = takes.map(({ limit }) => (limit === null ? null : Math.min(limit, MAX_INT)));
    const values = [keys, takes.map(({ windowMs }) => windowMs), limits];
    const { rows } = await this.database.prepared<TakenRow>(TAKE_ALL[durability], values);
    const taken = keys.filter((_, index) => rows[index]!.isTaken);
    if (taken.length === limits.filter((limit) => limit !== null).length)
      return { isTaken: true, counts: rows.map(countOf) };
    // A parallel request has taken the last point of one of them.
    if (taken.length > 0) await this.giveBack(taken);
    const counts = taken.length > 0 ? await this.readAll(keys) : rows.map(countOf);
    const shortened = counts.map(async (count, index) =>
      count === null ? null : this.shorten(keys[index]!, takes[index]!.windowMs, count),
    );
    return { isTaken: false, counts: await Promise.all(shortened) };
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

  /** Shortens a window that would last too long because the clock was set back. */
  private async shorten(key: string, windowMs: number, { points, msLeft }: Count): Promise<Count> {
    if (msLeft > windowMs) await this.database.query(SHORTEN, [key, windowMs]);
    return { points, msLeft: Math.min(msLeft, windowMs) };
  }

  /**
   * Subtracts one from each, and ends the windows that hold no other point. Locks in the order of the
   * keys, as {@link TAKE_ALL} does.
   */
  private async giveBack(keys: readonly string[]): Promise<void> {
    const locked = (condition: string) =>
      `key IN (SELECT key FROM rate_limits WHERE key = ANY($1) AND ${condition} ORDER BY key FOR UPDATE)`;
    await this.database.query(`UPDATE rate_limits SET points = points - 1 WHERE ${locked('points > 0')}`, [keys]);
    await this.database.query(`DELETE FROM rate_limits WHERE ${locked('points = 0')}`, [keys]);
  }
}

/** One statement whose commit waits for the disk, and one whose commit does not. */
function inBoth(name: string, text: (condition: string) => string): Record<Durability, PreparedStatement> {
  return {
    lasting: { name, text: text('true') },
    losable: { name: `${name}-losable`, text: text(LOSABLE) },
  };
}

function countOf({ points, msLeft }: TakenRow): Count | null {
  return points === null || msLeft === null ? null : { points, msLeft };
}
