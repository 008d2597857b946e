import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IsNull, Raw, type FindOperator } from 'typeorm';
import { AppConfig } from '../../platform/config/app-config.js';
import { inSeconds, isInFuture, now } from '../../platform/database/database-time.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { EmailChange } from './email-change.entity.js';

/** The fields of an address change that are needed to undo it. */
export type UndoableChange = Pick<EmailChange, 'id' | 'memberId' | 'oldEmail' | 'oldEmailKey'>;

const isUndoable = () => ({ closedAt: IsNull(), undoUntil: isInFuture() });

/** Owns the table `email_changes`. TypeORM: addresses are changed seldom. */
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
  async findByUndoDigest(undoDigest: Buffer): Promise<UndoableChange | null> {
    return this.database.manager.findOneBy(EmailChange, { undoDigest });
  }

  /** Whether the change can still be undone. Only an early check: {@link close} decides. */
  async isUndoable(id: string): Promise<boolean> {
    return this.database.manager.existsBy(EmailChange, { id, ...isUndoable() });
  }

  /**
   * The oldest change that can be undone: undoing it also undoes what an intruder changed after it.
   */
  async findOldestUndoable(tx: Tx, memberId: string): Promise<UndoableChange | null> {
    return tx.manager.findOne(EmailChange, { where: { memberId, ...isUndoable() }, order: { changedAt: 'ASC' } });
  }

  /**
   * Lists the previous addresses that an undo can still restore, in the form in which addresses are
   * compared.
   */
  async findUndoableKeys(tx: Tx, memberId: string): Promise<string[]> {
    const changes = await tx.manager.findBy(EmailChange, { memberId, ...isUndoable() });
    return changes.map(({ oldEmailKey }) => oldEmailKey);
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
