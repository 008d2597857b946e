import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { Conditions, microsOf, type PagePosition } from '../../platform/database/page.js';
import type { Tx } from '../../platform/database/sql.js';
import type { OutboxMessage, OutboxStatus } from './outbox-message.entity.js';
import { OUTBOX_CHANNEL } from './outbox.repository.js';

/** A mail as it lies in the outbox. `payload` is for reading the recipient and goes no further. */
export type OutboxRow = Omit<OutboxMessage, 'messageId' | 'proofId'> & PagePosition;

/** True of a mail that was given up and can still go out: what it carries is there and of use. */
export const IS_RETRYABLE = `status = 'dead' AND payload IS NOT NULL AND coalesce(expires_at > now(), true)`;

const COLUMNS = `id, template, locale, status, payload, member_id AS "memberId", attempts, created_at AS "createdAt",
  available_at AS "availableAt", expires_at AS "expiresAt", finished_at AS "finishedAt", last_error AS "lastError"`;

/** The table `outbox_messages` as an operator sees it; sending is the business of {@link OutboxRepository}. */
@Injectable()
export class OutboxInspectionRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async list(status: OutboxStatus | undefined, limit: number, after: PagePosition | null): Promise<OutboxRow[]> {
    const { text, values } = outboxListStatement(status, limit, after);
    return (await this.database.query<OutboxRow>(text, values)).rows;
  }

  async exists(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query(`SELECT id FROM outbox_messages WHERE id = $1`, [id])).count === 1;
  }

  /**
   * Makes a mail that was given up due again, as if it were new, and wakes the dispatchers when this commits. False for
   * any other, and where what it carries has expired, been used or been replaced. Of two retries at once, one does it.
   */
  async retry(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(
      `WITH retried AS (
         UPDATE outbox_messages m SET status = 'pending', attempts = 0, available_at = now(), finished_at = NULL, last_error = NULL
         WHERE id = $1 AND ${IS_RETRYABLE}
           AND NOT EXISTS (
             SELECT FROM proof_requests p WHERE p.id = m.proof_id AND (p.spent_at IS NOT NULL OR p.voided_at IS NOT NULL))
         RETURNING id)
       SELECT pg_notify('${OUTBOX_CHANNEL}', '') FROM retried`,
      [id],
    );
    return count === 1;
  }
}

/** The statement of a list, apart from its running so that a test can ask PostgreSQL how it would go about it. */
export function outboxListStatement(
  status: OutboxStatus | undefined,
  limit: number,
  after: PagePosition | null,
): { text: string; values: unknown[] } {
  const conditions = new Conditions().addIfGiven('status = $', status).addAfter(after, 'created_at', 'uuid');
  const limitAt = conditions.values.push(limit);
  return {
    text: `SELECT ${COLUMNS}, ${microsOf('created_at')} AS micros FROM outbox_messages ${conditions.where}
       ORDER BY created_at DESC, id DESC LIMIT $${limitAt}`,
    values: conditions.values,
  };
}
