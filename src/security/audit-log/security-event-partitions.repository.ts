import { Injectable } from '@nestjs/common';
import { LOCK_KINDS } from '../../platform/database/advisory-locks.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';

/** The partition of one month: its name and its bounds as PostgreSQL writes them. */
interface Month {
  readonly name: string;
  readonly since: string;
  readonly until: string;
}

/**
 * While the job waits for a lock, writers of events queue behind it. So it gives up soon and tries
 * again in the next round.
 */
const LOCK_WAIT = '300ms';
/**
 * The most rows that are moved into a new partition. Moving them locks the default partition for
 * about 0.1 s.
 */
const MAX_MOVED_ROWS = 10_000;

/** The partitions of `security_events` with bounds: all but the default one. */
const BOUNDED = `SELECT part.relname AS name, (regexp_match(bounds, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz AS since,
    (regexp_match(bounds, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz AS until
  FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid, pg_get_expr(part.relpartbound, part.oid) AS bounds
  WHERE inhparent = 'security_events'::regclass AND bounds <> 'DEFAULT'`;

/**
 * Creates and drops the partitions of the table `security_events`: one per month, and a default one
 * for events of other months. SQL, because an ORM has no partitions.
 */
@Injectable()
export class SecurityEventPartitionsRepository {
  constructor(private readonly database: Database) {}

  /** The months without a partition, from this month to `ahead` months later. */
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
   * Creates the partition of a month and moves the month's rows out of the default partition.
   * @returns false when another process holds the lock or has created the partition, or when there
   *   are too many rows to move; these rows stay in the default partition until they expire
   */
  async create({ name, since, until }: Month): Promise<boolean> {
    return this.runAlone(async (tx) => {
      if (await exists(tx, name)) return false;
      // In the order in which PostgreSQL locks them itself, so that no deadlock arises.
      await tx.query(`LOCK TABLE ONLY security_events IN SHARE UPDATE EXCLUSIVE MODE`);
      await tx.query(`LOCK TABLE security_events_default IN ACCESS EXCLUSIVE MODE`);
      const { count: strayRows } = await tx.query(
        `SELECT FROM security_events_default WHERE at >= $1::timestamptz AND at < $2::timestamptz LIMIT ${MAX_MOVED_ROWS + 1}`,
        [since, until],
      );
      if (strayRows > MAX_MOVED_ROWS) return false;
      // Attaching a finished table does not block writers of other months; CREATE … PARTITION OF
      // would.
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

  /** The partitions that ended more than `seconds` ago. */
  async findExpired(seconds: number): Promise<string[]> {
    const { rows } = await this.database.query<{ name: string }>(
      `WITH bounded AS (${BOUNDED}) SELECT name FROM bounded WHERE until <= now() - make_interval(secs => $1) ORDER BY until`,
      [seconds],
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Drops a partition with all its rows.
   * @returns false when another process holds the lock or has dropped it
   */
  async drop(name: string): Promise<boolean> {
    return this.runAlone(async (tx) => {
      if (!(await exists(tx, name))) return false;
      await tx.query(`DROP TABLE ${name}`);
      return true;
    });
  }

  /**
   * Runs the work unless another process is doing such work.
   * @returns false if another process is, or if `work` returns false
   */
  private async runAlone(work: (tx: Tx) => Promise<boolean>): Promise<boolean> {
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
