import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/sql.js';
import type { EventConsumer } from './event-consumer.entity.js';

/**
 * SQL that is true while a webhook or an API key receives events. The statement that writes a
 * security event also evaluates it, so it needs no statement of its own (ADR 0037).
 */
export const IS_OBSERVED = 'EXISTS (SELECT FROM event_consumers)';

/** While the lock is awaited, requests that write security events queue behind it. */
const LOCK_WAIT = '2s';

/** Owns the table `event_consumers`. SQL, because the result depends on table locks. */
@Injectable()
export class EventConsumersRepository {
  /** Adds a receiver. Every change that commits after `tx` is an event for it. */
  async add(tx: Tx, { kind, id }: EventConsumer): Promise<void> {
    await this.awaitWriters(tx);
    await tx.query(`INSERT INTO event_consumers (kind, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [kind, id]);
  }

  async remove(tx: Tx, { kind, id }: EventConsumer): Promise<void> {
    await tx.query(`DELETE FROM event_consumers WHERE kind = $1 AND id = $2`, [kind, id]);
  }

  /** Call it after writing or anonymising security events in the same transaction. */
  async isObserved(tx: Tx): Promise<boolean> {
    const { rows } = await tx.query<{ observed: boolean }>(`SELECT ${IS_OBSERVED} AS observed`);
    return rows[0]!.observed;
  }

  /**
   * Waits for the end of all transactions that have written a security event: they may not see the
   * receivers that `tx` adds or changes. Until `tx` commits, no other transaction can write one. So
   * no change falls between the list of members that a receiver reads next and its first event.
   * Backups do not wait for this lock.
   */
  async awaitWriters(tx: Tx): Promise<void> {
    await tx.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
    // Locks the parent alone, because jobs hold locks on its partitions.
    await tx.query(`LOCK TABLE ONLY security_events IN SHARE ROW EXCLUSIVE MODE`);
  }
}
