import { Injectable } from '@nestjs/common';
import type { PastPeriod } from '../../platform/database/database-time.js';
import type { Sql, Tx } from '../../platform/database/sql.js';

/** Owns the table `factor_disputes`. Prepared SQL: every login with a second factor looks here. */
@Injectable()
export class FactorDisputesRepository {
  /**
   * Opens a dispute. A dispute that is already open stays as it is, so that repeated reports neither hasten nor
   * postpone the removal. Needs the member's lock.
   * @returns when the factors may be removed
   */
  async open(tx: Tx, memberId: string, windowSeconds: number, waitSeconds: number): Promise<Date> {
    // The clock, and not the start of this transaction: a factor that was added while this
    // transaction waited for the lock is disputed too.
    const { rows } = await tx.query<{ dueAt: Date }>(
      `INSERT INTO factor_disputes (member_id, disputed_since, reported_at, due_at)
       VALUES ($1, now() - make_interval(secs => $2), clock_timestamp(), now() + make_interval(secs => $3))
       ON CONFLICT (member_id) DO UPDATE SET member_id = excluded.member_id RETURNING due_at AS "dueAt"`,
      [memberId, windowSeconds, waitSeconds],
    );
    return rows[0]!.dueAt;
  }

  /**
   * Ends a dispute whose wait is over.
   * @returns when the disputed factors were set up; null where there is no such dispute
   */
  async takeDue(tx: Tx, memberId: string): Promise<PastPeriod | null> {
    const { rows } = await tx.query<PastPeriod>(
      `DELETE FROM factor_disputes WHERE member_id = $1 AND due_at <= now()
       RETURNING extract(epoch FROM now() - disputed_since)::float8 AS "sinceSecondsAgo", extract(epoch FROM now() - reported_at)::float8 AS "untilSecondsAgo"`,
      [memberId],
    );
    return rows[0] ?? null;
  }

  async find(sql: Sql, memberId: string): Promise<{ readonly at: Date; readonly until: Date } | null> {
    const { rows } = await sql.query<{ at: Date; until: Date }>(
      `SELECT reported_at AS at, due_at AS until FROM factor_disputes WHERE member_id = $1`,
      [memberId],
    );
    return rows[0] ?? null;
  }

  /** @returns false where there was none */
  async close(tx: Tx, memberId: string): Promise<boolean> {
    const { count } = await tx.query(`DELETE FROM factor_disputes WHERE member_id = $1`, [memberId]);
    return count === 1;
  }
}
