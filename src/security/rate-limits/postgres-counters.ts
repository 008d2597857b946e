import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Count, Counters } from './counters.js';

/** Milliseconds since 1970 by the database's clock, which all replicas share (FT-11). */
const NOW = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/**
 * Adds a point, and begins a new window if the last one has ended. `least` shortens a window that
 * would last too long because the clock was set back.
 */
const COUNT = {
  name: 'rate-limit-count',
  text: `INSERT INTO rate_limits AS r (key, points, expire) VALUES ($1, 1, ${NOW} + $2::bigint)
    ON CONFLICT (key) DO UPDATE SET
      points = CASE WHEN r.expire > ${NOW} THEN r.points ELSE 0 END + 1,
      expire = CASE WHEN r.expire > ${NOW} THEN least(r.expire, ${NOW} + $2::bigint) ELSE ${NOW} + $2::bigint END
    RETURNING points, (expire - ${NOW})::float8 AS "msLeft"`,
};

const PEEK = {
  name: 'rate-limit-peek',
  text: `SELECT points, (expire - ${NOW})::float8 AS "msLeft" FROM rate_limits WHERE key = $1 AND expire > ${NOW}`,
};

/** Counts in the table `rate_limits`, with prepared statements: most requests count something. */
@Injectable()
export class PostgresCounters implements Counters {
  constructor(private readonly database: Database) {}

  async add(key: string, windowMs: number): Promise<Count> {
    return (await this.database.prepared<Count>(COUNT, [key, windowMs])).rows[0]!;
  }

  async read(key: string): Promise<Count | null> {
    return (await this.database.prepared<Count>(PEEK, [key])).rows[0] ?? null;
  }

  async refund(key: string): Promise<void> {
    await this.database.query(`UPDATE rate_limits SET points = greatest(points - 1, 0) WHERE key = $1`, [key]);
  }

  async delete(key: string): Promise<void> {
    await this.database.query(`DELETE FROM rate_limits WHERE key = $1`, [key]);
  }
}
