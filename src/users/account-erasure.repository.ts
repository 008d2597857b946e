import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import type { Member } from './member.entity.js';

/** An erased member, for deleting what other tables know about this person. */
export type ErasedMember = Pick<Member, 'id' | 'loginId' | 'emailKey'>;

/** True for a closed account after its grace period; `$1` is the grace period in seconds. */
const ERASABLE = `status = 'closed' AND closed_at <= now() - make_interval(secs => $1)`;

/**
 * Deletes closed accounts from the table `members` after their grace period. SQL, because the
 * database's clock and row locks decide which rows are deleted.
 */
@Injectable()
export class AccountErasureRepository {
  constructor(private readonly database: Database) {}

  /** The ids of erasable accounts, beginning with those that were closed first. */
  async findErasable(graceSeconds: number, limit: number, excludedIds: readonly string[]): Promise<string[]> {
    const { rows } = await this.database.query<{ id: string }>(
      `SELECT id FROM members WHERE ${ERASABLE} AND id <> ALL($3::uuid[]) ORDER BY closed_at LIMIT $2`,
      [graceSeconds, limit, [...excludedIds]],
    );
    return rows.map(({ id }) => id);
  }

  /** Seconds since the oldest erasable account became erasable; 0 when there is none. */
  async measureDelay(graceSeconds: number): Promise<number> {
    const { rows } = await this.database.query<{ seconds: number }>(
      `SELECT extract(epoch FROM now() - closed_at)::float8 - $1 AS seconds FROM members WHERE ${ERASABLE} ORDER BY closed_at LIMIT 1`,
      [graceSeconds],
    );
    return rows[0]?.seconds ?? 0;
  }

  /**
   * Erases those of the accounts that are erasable and not locked. Foreign keys delete the rows that
   * depend on a member. The caller removes other traces in the same transaction, see
   * `ErasedTracesService`.
   */
  async erase(tx: Tx, ids: readonly string[], graceSeconds: number): Promise<ErasedMember[]> {
    const { rows } = await tx.query<ErasedMember>(
      `DELETE FROM members WHERE id IN (
         SELECT id FROM members WHERE id = ANY($2) AND ${ERASABLE} FOR UPDATE SKIP LOCKED)
       RETURNING id, login_id AS "loginId", email_key AS "emailKey"`,
      [graceSeconds, [...ids]],
    );
    return rows;
  }
}
