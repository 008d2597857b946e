import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IsNull, Raw, type FindOperator } from 'typeorm';
import { AppConfig } from '../platform/config/app-config.js';
import { inSeconds, isInFuture, now } from '../platform/database/database-time.js';
import { Database } from '../platform/database/database.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { EmailChange } from './email-change.entity.js';
import type { Member } from './member.entity.js';

/** The fields of an address change that are needed to undo it. */
export type UndoableChange = Pick<EmailChange, 'id' | 'memberId' | 'oldEmail' | 'oldEmailKey'>;

/** A member to whom an address belongs. */
export type AddressHolder = Pick<Member, 'id' | 'loginId' | 'email' | 'name' | 'locale' | 'status'> & {
  /** Set where the member had this address before: when the change can no longer be undone. */
  readonly reservedUntil: Date | null;
};

/** True for an address change, aliased `c`, that can still be undone. */
const UNDOABLE = 'c.closed_at IS NULL AND c.undo_until > now()';

const isUndoable = () => ({ closedAt: IsNull(), undoUntil: isInFuture() });

/**
 * Owns the table `email_changes`. TypeORM: addresses are changed seldom. What sign-ups need is SQL.
 */
@Injectable()
export class EmailChangesRepository {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  /** Stores a change that can be undone for EMAIL_UNDO_SECONDS. */
  async insert(tx: Tx, change: Omit<UndoableChange, 'id'> & { readonly undoDigest: Buffer }): Promise<void> {
    const undoUntil = inSeconds(this.config.env.EMAIL_UNDO_SECONDS);
    await tx.manager.insert(EmailChange, { ...change, id: randomUUID(), undoUntil });
  }

  /** The change that an undo link belongs to, whether or not it can still be undone. */
  async findByUndoDigest(undoDigest: Buffer): Promise<EmailChange | null> {
    return this.database.manager.findOneBy(EmailChange, { undoDigest });
  }

  /** Whether the change can still be undone. Only an early check: {@link close} decides. */
  async isUndoable(id: string): Promise<boolean> {
    return this.database.manager.existsBy(EmailChange, { id, ...isUndoable() });
  }

  /** The oldest change that can be undone and that left this address; null if there is none. */
  async findUndoableFrom(tx: Tx, memberId: string, oldEmailKey: string): Promise<UndoableChange | null> {
    const where = { memberId, oldEmailKey, ...isUndoable() };
    return tx.manager.findOne(EmailChange, { where, order: { changedAt: 'ASC' } });
  }

  /** Lists the changes that can be undone, oldest first. */
  async listUndoable(tx: Tx, memberId: string): Promise<UndoableChange[]> {
    return tx.manager.find(EmailChange, { where: { memberId, ...isUndoable() }, order: { changedAt: 'ASC' } });
  }

  /**
   * Finds the member who has an address, or who can still go back to it by undoing a change (CC-11).
   * The returned `email` is the stored spelling of this address.
   */
  async findHolder(sql: Sql, emailKey: string): Promise<AddressHolder | null> {
    // One statement for both, so that its time does not show which of them it was (EN-06).
    const { rows } = await sql.query<AddressHolder>(
      `SELECT id, login_id AS "loginId", email, name, locale, status, NULL::timestamptz AS "reservedUntil" FROM members WHERE email_key = $1
       UNION ALL
       SELECT m.id, m.login_id, c.old_email, m.name, m.locale, m.status, c.undo_until FROM email_changes c JOIN members m ON m.id = c.member_id
       WHERE c.old_email_key = $1 AND ${UNDOABLE}
       ORDER BY "reservedUntil" NULLS FIRST LIMIT 1`,
      [emailKey],
    );
    return rows[0] ?? null;
  }

  /**
   * Checks that no other member can go back to this address. Call this after the address was
   * written: the unique index has then waited for a change that frees it, and this statement sees
   * the reservation of that change.
   * @throws DomainError `email_taken`
   */
  async checkNotReserved(tx: Tx, emailKey: string, id: string): Promise<void> {
    const { count } = await tx.query(
      `SELECT FROM email_changes c WHERE c.old_email_key = $1 AND c.member_id <> $2 AND ${UNDOABLE}`,
      [emailKey, id],
    );
    // Otherwise a new account could keep the owner of an address from undoing a change (CC-11).
    if (count > 0) throw new DomainError('email_taken', { detail: 'another member can go back to this address' });
  }

  /**
   * Closes this change and all later ones. Earlier changes stay open, because their undo links
   * were mailed to older addresses. The link of a later change may be in an intruder's mailbox, and
   * must not void the real owner's link.
   * @returns false if the change was closed before or can no longer be undone
   */
  async close(tx: Tx, { id, memberId }: UndoableChange): Promise<boolean> {
    const { affected } = await tx.manager.update(EmailChange, { id, ...isUndoable() }, { closedAt: now });
    if (affected !== 1) return false;
    // Compared in the database: a `Date` would cut the microseconds off.
    const sinceThisChange = Raw((column) => `${column} >= (SELECT changed_at FROM email_changes WHERE id = :id)`, {
      id,
    }) as FindOperator<Date>;
    const laterChanges = { memberId, closedAt: IsNull(), changedAt: sinceThisChange };
    await tx.manager.update(EmailChange, laterChanges, { closedAt: now });
    return true;
  }
}
