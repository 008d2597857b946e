import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import { Database } from '../database/database.js';

/** How a limiter answered. */
export interface LimitOutcome {
  readonly isAllowed: boolean;
  /** Whole seconds until the window ends. */
  readonly retryAfterSeconds: number;
}

interface Counter {
  readonly points: number;
  readonly msLeft: number;
}

/** Milliseconds since 1970 by the database's clock, the only one that all replicas share (FT-11). */
const NOW = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** Counts, beginning a new window where the last one is over. None ends later than a whole one from now: the clock may have been set back. */
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

/** One limit: so many points in so many seconds for each key, counted in the database for all replicas together. */
export class Limiter {
  constructor(
    private readonly database: Database,
    private readonly digestKey: Buffer,
    private readonly name: string,
    private readonly points: number,
    private readonly windowSeconds: number,
  ) {}

  /** Counts first and answers then, in one statement, so that parallel requests cannot overrun the limit. */
  async take(subject: string): Promise<LimitOutcome> {
    const { points, msLeft } = await this.count(subject);
    return { isAllowed: points <= this.points, retryAfterSeconds: secondsOf(msLeft) };
  }

  /** Looks without counting. */
  async peek(subject: string): Promise<LimitOutcome> {
    const counter = (await this.database.prepared<Counter>(PEEK, [this.keyOf(subject)])).rows[0];
    return counter === undefined
      ? { isAllowed: true, retryAfterSeconds: 0 }
      : { isAllowed: counter.points < this.points, retryAfterSeconds: secondsOf(counter.msLeft) };
  }

  /** Counts without refusing. */
  async count(subject: string): Promise<Counter> {
    const { rows } = await this.database.prepared<Counter>(COUNT, [this.keyOf(subject), this.windowSeconds * 1000]);
    return rows[0]!;
  }

  /** Takes one back. */
  async giveBack(subject: string): Promise<void> {
    await this.database.query(`UPDATE rate_limits SET points = greatest(points - 1, 0) WHERE key = $1`, [
      this.keyOf(subject),
    ]);
  }

  /** Begins anew. */
  async reset(subject: string): Promise<void> {
    await this.database.query(`DELETE FROM rate_limits WHERE key = $1`, [this.keyOf(subject)]);
  }

  /** Addresses, of people and of networks, stay out of the table. */
  private keyOf(subject: string): string {
    return `${this.name}:${keyedDigest(this.digestKey, subject).toString('base64url')}`;
  }
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** Makes limiters that share the table `rate_limits`. */
@Injectable()
export class Limiters {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
  ) {}

  make(name: string, points: number, windowSeconds: number): Limiter {
    return new Limiter(this.database, this.keys.all('rate-limits').at(-1)!, name, points, windowSeconds);
  }
}
