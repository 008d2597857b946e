import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';

/** An address that a member has or had. */
export interface KnownAddress {
  readonly memberId: string;
  readonly emailKey: string;
}

/**
 * `$1` are the addresses. The row of a sign-up that was confirmed is read no more, so it goes even
 * where the address belongs to another member by now. Sign-ups that wait for a proof stay: any
 * person may have sent them.
 */
const CONFIRMED = 'FROM sign_ups WHERE email_key = ANY($1) AND confirmed_at IS NOT NULL';

/**
 * With their undelivered mails, which hold the address. The challenge of an open invitation stays:
 * another person may have the address by now. All other challenges without a member and without a
 * sign-up are decoys.
 */
const DELETE_CHALLENGES = `WITH challenges AS (
    DELETE FROM proof_requests WHERE email_key = ANY($1) AND member_id IS NULL
      AND (sign_up_id IN (SELECT id ${CONFIRMED})
        OR sign_up_id IS NULL AND (purpose <> 'invitation' OR spent_at IS NOT NULL OR voided_at IS NOT NULL))
    RETURNING id)
  DELETE FROM outbox_messages WHERE status = 'dead' AND proof_id IN (SELECT id FROM challenges)`;

/**
 * Deletes what is left of the sign-ups of erased members: no foreign key ties these rows to a
 * member. SQL on tables of other modules, because a door must not import the sign-up. The rows are
 * found by address alone: login IDs have no index there.
 */
@Injectable()
export class ErasedSignUpsRepository {
  /**
   * Lists the addresses of members, with those before a change, and locks the confirmed sign-ups on
   * them until commit. Call it before the members are deleted: a confirmation locks the sign-ups
   * first and then waits for the member with its login ID.
   */
  async lock(tx: Tx, memberIds: readonly string[]): Promise<KnownAddress[]> {
    const { rows } = await tx.query<KnownAddress>(
      `SELECT id AS "memberId", email_key AS "emailKey" FROM members WHERE id = ANY($1)
       UNION SELECT member_id, old_email_key FROM email_changes WHERE member_id = ANY($1)`,
      [[...memberIds]],
    );
    await tx.query(`SELECT ${CONFIRMED} ORDER BY id FOR UPDATE`, [rows.map(({ emailKey }) => emailKey)]);
    return rows;
  }

  async delete(tx: Tx, emailKeys: readonly string[]): Promise<void> {
    await tx.query(DELETE_CHALLENGES, [[...emailKeys]]);
    await tx.query(`DELETE ${CONFIRMED}`, [[...emailKeys]]);
  }
}
