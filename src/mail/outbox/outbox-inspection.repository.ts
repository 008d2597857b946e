import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { microsOf, type PagePosition } from '../../platform/database/page.js';
import type { Tx } from '../../platform/database/sql.js';
import { OutboxMessage, type OutboxStatus } from './outbox-message.entity.js';
import { OUTBOX_CHANNEL } from './outbox.repository.js';

/**
 * A mail as it is stored. `payload` is read for the recipient's address only; administrators do not
 * see the content.
 */
export type OutboxRow = Omit<OutboxMessage, 'messageId' | 'challengeId' | 'retriedAt'> & PagePosition;

/** Selects mails. */
export interface OutboxFilter {
  readonly status?: OutboxStatus | undefined;
  readonly memberId?: string | undefined;
}

/**
 * Condition on `outbox_messages` for a dead mail that can still be sent: its payload exists and has not
 * expired, and its code or link was neither used nor replaced.
 */
export const IS_RETRYABLE = `status = 'dead' AND payload IS NOT NULL AND coalesce(expires_at > now(), true)
  AND NOT EXISTS (SELECT FROM proof_requests p
    WHERE p.id = outbox_messages.proof_id AND (p.spent_at IS NOT NULL OR p.voided_at IS NOT NULL))`;

/**
 * The outbox as administrators see it. TypeORM, because administrators ask rarely; mails are queued and
 * claimed by {@link OutboxRepository}.
 */
@Injectable()
export class OutboxInspectionRepository {
  constructor(@InjectRepository(OutboxMessage) private readonly messages: Repository<OutboxMessage>) {}

  /** @returns mails, newest first */
  async list(filter: OutboxFilter, limit: number, after: PagePosition | null): Promise<OutboxRow[]> {
    const { entities, raw } = await outboxListQuery(this.messages, filter, limit, after).getRawAndEntities();
    return entities.map((message, index) => ({ ...message, micros: (raw[index] as PagePosition).micros }));
  }

  async find(tx: Tx, id: string): Promise<Pick<OutboxMessage, 'memberId'> | null> {
    return tx.manager.findOne(OutboxMessage, { select: { id: true, memberId: true }, where: { id } });
  }

  /**
   * Makes a dead mail due again, as if it were new, and wakes the dispatchers on commit. Of two
   * concurrent retries, one succeeds. `created_at` stays: the mail of a challenge is found by it.
   *
   * @returns false for any other mail, and where its code or link expired, was used or was replaced
   */
  async retry(tx: Tx, id: string): Promise<boolean> {
    const { affected } = await tx.manager
      .createQueryBuilder()
      .update(OutboxMessage)
      .set({
        ...{ status: 'pending', attempts: 0, finishedAt: null, lastError: null },
        ...{ availableAt: () => 'now()', retriedAt: () => 'now()' },
      })
      .where('id = :id', { id })
      .andWhere(IS_RETRYABLE)
      .execute();
    if (affected !== 1) return false;
    await tx.query(`SELECT pg_notify('${OUTBOX_CHANNEL}', '')`);
    return true;
  }
}

/** The query of {@link OutboxInspectionRepository.list}; exported for the test that checks its plan. */
export function outboxListQuery(
  messages: Repository<OutboxMessage>,
  { status, memberId }: OutboxFilter,
  limit: number,
  after: PagePosition | null,
): SelectQueryBuilder<OutboxMessage> {
  const query = messages
    .createQueryBuilder('m')
    .select(['m.id', 'm.template', 'm.locale', 'm.status', 'm.payload', 'm.memberId', 'm.attempts'])
    .addSelect(['m.createdAt', 'm.availableAt', 'm.expiresAt', 'm.finishedAt', 'm.lastError'])
    .addSelect(microsOf('m.created_at'), 'micros')
    .orderBy({ 'm.createdAt': 'DESC', 'm.id': 'DESC' })
    .limit(limit);
  if (status !== undefined) query.andWhere('m.status = :status', { status });
  if (memberId !== undefined) query.andWhere('m.memberId = :memberId', { memberId });
  if (after !== null) {
    query.andWhere(
      `(m.created_at, m.id) < (timestamptz 'epoch' + CAST(:micros AS bigint) * interval '1 microsecond', CAST(:id AS uuid))`,
      after,
    );
  }
  return query;
}
