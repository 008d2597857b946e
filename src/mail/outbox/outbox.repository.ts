import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { microsOf } from '../../platform/database/page.js';
import { PromptStatement } from '../../platform/database/prompt-statement.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClaimedRow, Lease } from '../../platform/outbox/attempts.js';
import type { OutboxQueue } from '../../platform/outbox/outbox-queue.js';
import type { OutboxMessage, OutboxStatus } from './outbox-message.entity.js';

export const OUTBOX_CHANNEL = 'munjigi_outbox';

export type NewOutboxMessage = Pick<
  OutboxMessage,
  'id' | 'template' | 'locale' | 'status' | 'payload' | 'messageId' | 'memberId' | 'challengeId'
>;

/** A message whose lease this process holds. */
export type ClaimedMessage = ClaimedRow &
  Pick<OutboxMessage, 'template' | 'locale' | 'messageId'> & { readonly payload: Buffer; readonly isExpired: boolean };

/**
 * After this time an undeliverable mail is dead; it begins again when an administrator retries the
 * mail. Mail servers give up after 4 to 5 days (RFC 5321 section 4.5.4.1), but a notice about an account
 * is of little use by then.
 */
const GIVE_UP_AFTER = `interval '2 days'`;

/** Stored as `last_error` of a mail whose code or link expired before it could be sent. */
export const EXPIRED = 'expired before it could be sent';

/** When the mail was made, or last made due again as if it were new. */
export const QUEUED_AT = 'coalesce(retried_at, created_at)';

const DUE = `SELECT id FROM outbox_messages WHERE status = 'pending' AND available_at <= now()`;

const CLAIM = {
  name: 'outbox-claim',
  text: `WITH failed AS (
      ${DUE} AND attempts > 0 ORDER BY available_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    fresh AS (
      ${DUE} AND attempts = 0 ORDER BY available_at LIMIT $1 - (SELECT count(*) FROM failed) FOR UPDATE SKIP LOCKED)
    UPDATE outbox_messages SET attempts = attempts + 1, available_at = now() + make_interval(secs => $3)
    WHERE id IN (SELECT id FROM failed UNION ALL SELECT id FROM fresh)
    RETURNING id, template, locale, message_id AS "messageId", attempts, ${microsOf(QUEUED_AT)} AS "queuedAt", payload,
      coalesce(expires_at <= now(), false) AS "isExpired", ${QUEUED_AT} <= now() - ${GIVE_UP_AFTER} AS "isOverdue"`,
};

const FINISH = {
  name: 'outbox-finish',
  text: `UPDATE outbox_messages m SET status = r.status, payload = CASE WHEN r.status = 'dead' THEN payload END, finished_at = now(), last_error = r.error
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[]) AS r (id, attempts, queued_at, status, error)
    WHERE m.id = r.id AND ${microsOf(QUEUED_AT)} = r.queued_at AND (m.attempts = r.attempts OR r.status = 'sent' AND m.attempts > r.attempts) AND m.status = 'pending'`,
};

const INSERT = `INSERT INTO outbox_messages (id, template, locale, status, payload, message_id, member_id, proof_id, expires_at, finished_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9), CASE WHEN $4 = 'pending' THEN NULL ELSE now() END)`;

/** What sends mails in this process. */
export interface MailSender {
  /** Whether a mail that is queued now is sent at once. */
  readonly hasRoom: boolean;
  wake(): void;
}

interface Result extends Lease {
  readonly status: Exclude<OutboxStatus, 'pending'>;
  readonly error: string | null;
}

/** The parameters of {@link FINISH}. */
const COLUMNS = ['id', 'attempts', 'queuedAt', 'status', 'error'] as const;

/**
 * Writes, claims and closes outbox messages. Named prepared statements: queueing and sending are hot,
 * and the claim needs `FOR UPDATE SKIP LOCKED`.
 */
@Injectable()
export class OutboxRepository implements OutboxQueue<ClaimedMessage> {
  private readonly results: PromptStatement<Result>;
  /** The dispatcher of this process; undefined where it sends no mails. */
  sender: MailSender | undefined;

  constructor(private readonly database: Database) {
    this.results = new PromptStatement((results) => {
      const columns = COLUMNS.map((name) => results.map((row) => row[name]));
      return database.prepared(FINISH, columns);
    }, 1);
  }

  /**
   * Writes the message and wakes a dispatcher on commit: that of this process, or all where it has
   * none or is busy. A notification costs each commit a lock of PostgreSQL, and every replica a
   * query. A withheld message takes the same time.
   * @param pauseMs how long after the commit the dispatcher of this process is woken
   */
  async insert(tx: Tx, message: NewOutboxMessage, lifetimeSeconds: number | null, pauseMs = 0): Promise<void> {
    const { sender } = this;
    const isSentHere = sender?.hasRoom === true;
    if (isSentHere) tx.afterCommit(() => (pauseMs > 0 ? void setTimeout(() => sender.wake(), pauseMs) : sender.wake()));
    await tx.runLater(
      isSentHere
        ? INSERT
        : `WITH message AS (${INSERT} RETURNING id) SELECT pg_notify('${OUTBOX_CHANNEL}', '') FROM message`,
      [
        ...[message.id, message.template, message.locale, message.status, message.payload],
        ...[message.messageId, message.memberId, message.challengeId, lifetimeSeconds],
      ],
    );
  }

  /** Drops unsent mails of e-mail challenges that ended and erases their payload. */
  async dropForChallenges(tx: Tx, challengeIds: readonly string[]): Promise<void> {
    if (challengeIds.length === 0) return;
    await tx.runLater(
      `UPDATE outbox_messages SET status = 'dropped', payload = NULL, finished_at = now(), last_error = 'its code and link were used or replaced'
       WHERE proof_id = ANY($1) AND status = 'pending'`,
      [[...challengeIds]],
    );
  }

  /** Deletes all mails of these members. */
  async deleteForMembers(tx: Tx, memberIds: readonly string[]): Promise<void> {
    await tx.query(`DELETE FROM outbox_messages WHERE member_id = ANY($1)`, [[...memberIds]]);
  }

  /**
   * Claims due messages for this process. The lease is the next due time: if this process dies, they
   * become due again. SKIP LOCKED lets dispatchers claim in parallel without waiting for each other.
   * Retries come first, but at most `retryLimit` of them: they may fail again, slowly.
   */
  async claim(limit: number, retryLimit: number, leaseSeconds: number, isProbe: boolean): Promise<ClaimedMessage[]> {
    // A mail that the server cannot take must not be the probe for ever.
    const fresh = isProbe ? await this.claim(limit, 0, leaseSeconds, false) : [];
    if (fresh.length > 0) return fresh;
    const { rows } = await this.database.prepared<ClaimedMessage>(CLAIM, [limit, retryLimit, leaseSeconds]);
    return rows;
  }

  /**
   * Closes a message and erases its payload. A dead message keeps it until the purge, because an
   * operator may retry it. After the lease has ended, only `sent` counts.
   */
  async finish({ id, attempts, queuedAt }: Lease, status: Result['status'], error: string | null): Promise<void> {
    await this.results.run({ id, attempts, queuedAt, status, error });
  }

  /** Releases a message for a retry after `seconds`. Changes nothing if the lease was lost. */
  async postpone({ id, attempts, queuedAt }: Lease, seconds: number, error: string): Promise<void> {
    await this.database.query(
      `UPDATE outbox_messages SET available_at = now() + make_interval(secs => $3), last_error = $4
       WHERE id = $1 AND attempts = $2 AND ${microsOf(QUEUED_AT)} = $5 AND status = 'pending'`,
      [id, attempts, seconds, error, queuedAt],
    );
  }

  /** Erases expired payloads while the mail server is unreachable and no message is claimed. */
  async dropExpired(): Promise<void> {
    await this.database.query(
      `UPDATE outbox_messages SET status = 'dropped', payload = NULL, finished_at = now(), last_error = '${EXPIRED}'
       WHERE status = 'pending' AND available_at <= now() AND expires_at <= now()`,
    );
  }
}
