import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';

/** An address change that can still be undone. */
export interface UndoableChange {
  readonly id: string;
  readonly memberId: string;
  readonly oldEmail: string;
  readonly oldEmailKey: string;
}

const CHANGE = `id, member_id AS "memberId", old_email AS "oldEmail", old_email_key AS "oldEmailKey"`;
const UNDOABLE = 'closed_at IS NULL AND undo_until > now()';

/** Owns the tables `email_changes` and `not_me_reports`. */
@Injectable()
export class AccountRepository {
  constructor(private readonly database: Database) {}

  async addEmailChange(
    tx: Tx,
    change: Omit<UndoableChange, 'id'> & { undoDigest: Buffer },
    undoSeconds: number,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO email_changes (id, member_id, old_email, old_email_key, undo_digest, undo_until)
       VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
      [randomUUID(), change.memberId, change.oldEmail, change.oldEmailKey, change.undoDigest, undoSeconds],
    );
  }

  async findByUndo(undoDigest: Buffer): Promise<(UndoableChange & { isUndoable: boolean }) | null> {
    const { rows } = await this.database.query<UndoableChange & { isUndoable: boolean }>(
      `SELECT ${CHANGE}, (${UNDOABLE}) AS "isUndoable" FROM email_changes WHERE undo_digest = $1`,
      [undoDigest],
    );
    return rows[0] ?? null;
  }

  /** The oldest change still inside its window: undoing that one undoes whatever an intruder did after it. */
  async findOldestUndoable(tx: Tx, memberId: string): Promise<UndoableChange | null> {
    const { rows } = await tx.query<UndoableChange>(
      `SELECT ${CHANGE} FROM email_changes WHERE member_id = $1 AND ${UNDOABLE} ORDER BY changed_at LIMIT 1`,
      [memberId],
    );
    return rows[0] ?? null;
  }

  /** The addresses, in canonical form, that the account can still go back to. */
  async findUndoableKeys(tx: Tx, memberId: string): Promise<string[]> {
    const { rows } = await tx.query<{ emailKey: string }>(
      `SELECT old_email_key AS "emailKey" FROM email_changes WHERE member_id = $1 AND ${UNDOABLE}`,
      [memberId],
    );
    return rows.map(({ emailKey }) => emailKey);
  }

  /**
   * Closes this change and all later ones; false when it was closed already. Earlier ones stay open: the undo link of a
   * later change is mailed to whoever held the address then, which may be an intruder, and must not cost the owner theirs.
   */
  async close(tx: Tx, change: UndoableChange): Promise<boolean> {
    const { count } = await tx.query(`UPDATE email_changes SET closed_at = now() WHERE id = $1 AND ${UNDOABLE}`, [
      change.id,
    ]);
    if (count !== 1) return false;
    await tx.query(
      `UPDATE email_changes SET closed_at = now() WHERE member_id = $1 AND closed_at IS NULL
       AND changed_at >= (SELECT changed_at FROM email_changes WHERE id = $2)`,
      [change.memberId, change.id],
    );
    return true;
  }

  /** Notes that a link was used; false when it was used before. */
  async addReport(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(
      `INSERT INTO not_me_reports (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id`,
      [id],
    );
    return count === 1;
  }

  async isReported(id: string): Promise<boolean> {
    const { count } = await this.database.query(`SELECT FROM not_me_reports WHERE id = $1`, [id]);
    return count > 0;
  }
}
