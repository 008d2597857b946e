import { Injectable } from '@nestjs/common';
import { LOCK_KINDS } from '../../platform/database/advisory-locks.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';

/** A month of events, and the times between which it lies, as PostgreSQL writes them. */
interface Month {
  readonly name: string;
  readonly since: string;
  readonly until: string;
}

/** Whoever writes an event meanwhile queues behind us; so we give up soon, and the next round tries again. */
const LOCK_WAIT = '300ms';
/** Rows without a partition of their own that are moved into one while nobody can read them: a tenth of a second's work. */
const MOST_MOVED = 10_000;

/** The partitions of `security_events` that have bounds: all but the default one. */
const BOUNDED = `SELECT part.relname AS name, (regexp_match(bounds, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz AS since,
    (regexp_match(bounds, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz AS until
  FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid, pg_get_expr(part.relpartbound, part.oid) AS bounds
  WHERE inhparent = 'security_events'::regclass AND bounds <> 'DEFAULT'`;

/** Owns how the table `security_events` is laid out: a partition for each month, and one for whatever has none. */
@Injectable()
export class SecurityEventPartitionsRepository {
  constructor(private readonly database: Database) {}

  /** The months from now on, as many as `ahead` after this one, that no partition covers. */
  async findMissing(ahead: number): Promise<Month[]> {
    const { rows } = await this.database.query<Month>(
      `WITH bounded AS (${BOUNDED}), months AS (
         SELECT to_char(start, '"security_events_"YYYY_MM') AS name, start AT TIME ZONE 'UTC' AS since, (start + interval '1 month') AT TIME ZONE 'UTC' AS until
         FROM generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + make_interval(months => $1), interval '1 month') AS start)
       SELECT name, since::text, until::text FROM months m
       WHERE NOT EXISTS (SELECT FROM bounded b WHERE coalesce(b.since < m.until, true) AND coalesce(b.until > m.since, true))
       ORDER BY m.since`,
      [ahead],
    );
    return rows;
  }

  /**
   * Makes a month's partition, with the rows of that month that had to do without one. False where another process is at
   * it, or where there are so many of them that they stay where they are until they expire.
   */
  async create({ name, since, until }: Month): Promise<boolean> {
    return this.alone(async (tx) => {
      if (await exists(tx, name)) return false;
      // The order in which PostgreSQL itself takes them, so that nobody waits in a circle.
      await tx.query(`LOCK TABLE ONLY security_events IN SHARE UPDATE EXCLUSIVE MODE`);
      await tx.query(`LOCK TABLE security_events_default IN ACCESS EXCLUSIVE MODE`);
      const { count: stray } = await tx.query(
        `SELECT FROM security_events_default WHERE at >= $1::timestamptz AND at < $2::timestamptz LIMIT ${MOST_MOVED + 1}`,
        [since, until],
      );
      if (stray > MOST_MOVED) return false;
      // Attaching a finished table holds up nobody who writes events of other months; CREATE … PARTITION OF would.
      await tx.query(`CREATE TABLE ${name} (LIKE security_events INCLUDING ALL)`);
      await tx.query(
        `WITH moved AS (DELETE FROM security_events_default WHERE at >= $1::timestamptz AND at < $2::timestamptz RETURNING *)
         INSERT INTO ${name} SELECT * FROM moved`,
        [since, until],
      );
      await tx.query(
        `ALTER TABLE security_events ATTACH PARTITION ${name} FOR VALUES FROM ('${since}') TO ('${until}')`,
      );
      return true;
    });
  }

  /** Partitions whose last event is older than `seconds`. */
  async findExpired(seconds: number): Promise<string[]> {
    const { rows } = await this.database.query<{ name: string }>(
      `WITH bounded AS (${BOUNDED}) SELECT name FROM bounded WHERE until <= now() - make_interval(secs => $1) ORDER BY until`,
      [seconds],
    );
    return rows.map(({ name }) => name);
  }

  /** Drops a partition with all its rows; false where another process is at it, or has done it. */
  async drop(name: string): Promise<boolean> {
    return this.alone(async (tx) => {
      if (!(await exists(tx, name))) return false;
      await tx.query(`DROP TABLE ${name}`);
      return true;
    });
  }

  /** One process at a time; the others leave it to that one. */
  private async alone(work: (tx: Tx) => Promise<boolean>): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
      const { rows } = await tx.query<{ locked: boolean }>(`SELECT pg_try_advisory_xact_lock($1, $2) AS locked`, [
        LOCK_KINDS.eventPartitions,
        0,
      ]);
      return rows[0]!.locked && (await work(tx));
    });
  }
}

async function exists(tx: Tx, name: string): Promise<boolean> {
  const { rows } = await tx.query<{ exists: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS exists`, [name]);
  return rows[0]!.exists;
}
