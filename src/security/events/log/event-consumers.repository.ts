import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/sql.js';
import type { EventConsumer } from './event-consumer.entity.js';

/**
 * SQL that is true while a webhook or an API key receives events. Security events read it in the
 * statement that writes them, so it costs no statement (ADR 0037).
 */
export const IS_OBSERVED = 'EXISTS (SELECT FROM event_consumers)';

/** While the lock is awaited, requests that write security events queue behind it. */
const LOCK_WAIT = '2s';

/** Knows who receives events. SQL, because the locks decide. */
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
   * Waits for transactions that wrote a security event without seeing the receivers that `tx` adds
   * or changes, and lets no other begin before `tx` commits. So no change falls between the list of
   * members that a receiver reads next and its first event. Backups do not wait for this lock.
   */
  async awaitWriters(tx: Tx): Promise<void> {
    await tx.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
    // Of the parent alone: jobs hold locks on its partitions.
    await tx.query(`LOCK TABLE ONLY security_events IN SHARE ROW EXCLUSIVE MODE`);
  }
}
