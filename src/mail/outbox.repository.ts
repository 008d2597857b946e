import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Tx } from '../database/sql.js';
import type { OutboxMessage, OutboxStatus } from './outbox-message.entity.js';

export const OUTBOX_CHANNEL = 'munjigi_outbox';

export type NewOutboxMessage = Pick<
  OutboxMessage,
  'id' | 'template' | 'locale' | 'status' | 'payload' | 'messageId' | 'memberId' | 'proofId'
>;

/** A message that this process has the lease of. */
export type ClaimedMessage = Pick<OutboxMessage, 'id' | 'template' | 'locale' | 'messageId' | 'attempts'> & {
  payload: Buffer;
  isExpired: boolean;
};

/** Owns the table `outbox_messages`. */
@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  /** Writes the message and wakes the dispatchers when this commits. A withheld one does the same work, so that time tells nothing. */
  async insert(tx: Tx, message: NewOutboxMessage, lifetimeSeconds: number | null): Promise<void> {
    await tx.query(
      `WITH message AS (
         INSERT INTO outbox_messages (id, template, locale, status, payload, message_id, member_id, proof_id, expires_at, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9), CASE WHEN $4 = 'pending' THEN NULL ELSE now() END)
         RETURNING id)
       SELECT pg_notify('${OUTBOX_CHANNEL}', '') FROM message`,
      [
        ...[message.id, message.template, message.locale, message.status, message.payload],
        ...[message.messageId, message.memberId, message.proofId, lifetimeSeconds],
      ],
    );
  }

  /** Mails whose proof is over are not sent any more; what they carried is erased. */
  async dropForProofs(tx: Tx, proofIds: readonly string[]): Promise<void> {
    if (proofIds.length === 0) return;
    await tx.query(
      `UPDATE outbox_messages SET status = 'dropped', payload = NULL, finished_at = now(), last_error = 'its code and link were used or replaced'
       WHERE proof_id = ANY($1) AND status = 'pending'`,
      [[...proofIds]],
    );
  }

  async deleteOf(tx: Tx, memberIds: readonly string[]): Promise<void> {
    await tx.query(`DELETE FROM outbox_messages WHERE member_id = ANY($1)`, [[...memberIds]]);
  }

  /**
   * Takes due messages for this process alone. The lease is their next due time: if we die, they become due again
   * by themselves. SKIP LOCKED lets several dispatchers claim side by side without waiting for one another.
   */
  async claim(limit: number, leaseSeconds: number): Promise<ClaimedMessage[]> {
    const { rows } = await this.database.query<ClaimedMessage>(
      `UPDATE outbox_messages SET attempts = attempts + 1, available_at = now() + make_interval(secs => $2)
       WHERE id IN (
         SELECT id FROM outbox_messages WHERE status = 'pending' AND available_at <= now()
         ORDER BY available_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id, template, locale, message_id AS "messageId", attempts, payload, coalesce(expires_at <= now(), false) AS "isExpired"`,
      [limit, leaseSeconds],
    );
    return rows;
  }

  /** Closes a message. What it carried is erased, but for a dead one's: an operator may send it again, and the purge erases it. */
  async finish(id: string, status: Exclude<OutboxStatus, 'pending'>, error: string | null): Promise<void> {
    await this.database.query(
      `UPDATE outbox_messages SET status = $2, payload = CASE WHEN $2 = 'dead' THEN payload END, finished_at = now(), last_error = $3
       WHERE id = $1 AND status = 'pending'`,
      [id, status, error],
    );
  }

  /** Gives a message back, due again after a while. */
  async postpone(id: string, seconds: number, error: string): Promise<void> {
    await this.database.query(
      `UPDATE outbox_messages SET available_at = now() + make_interval(secs => $2), last_error = $3 WHERE id = $1 AND status = 'pending'`,
      [id, seconds, error],
    );
  }
}
