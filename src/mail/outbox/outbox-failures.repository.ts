import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { IS_RETRYABLE } from './outbox-inspection.repository.js';
import type { OutboxMessage } from './outbox-message.entity.js';

/** What became of one mail. */
export type MailFate = Pick<
  OutboxMessage,
  'id' | 'template' | 'status' | 'attempts' | 'createdAt' | 'availableAt' | 'lastError'
> & {
  /** Whether an administrator can have it sent again. */
  readonly isRetryable: boolean;
};

/** A mail that was not delivered, with its recipient encrypted. */
export type UndeliveredMail = Pick<OutboxMessage, 'id' | 'payload' | 'lastError'>;

const FATE = `id, template, status, attempts, created_at AS "createdAt", available_at AS "availableAt", last_error AS "lastError",
  ${IS_RETRYABLE} AS "isRetryable"`;
/** Enough to see a broken domain, few enough to decrypt at once. */
const MAX_UNDELIVERED = 300;

/** Finds what became of single mails, and which mails fail. SQL, each statement by an index. */
@Injectable()
export class OutboxFailuresRepository {
  constructor(private readonly database: Database) {}

  /** The member's newest mail that was sent, has failed or still waits. One that expired unsent is left out. */
  async findLastOf(memberId: string): Promise<MailFate | null> {
    const { rows } = await this.database.query<MailFate>(
      `SELECT ${FATE} FROM outbox_messages WHERE member_id = $1 AND status NOT IN ('withheld', 'dropped')
       ORDER BY created_at DESC, id LIMIT 1`,
      [memberId],
    );
    return rows[0] ?? null;
  }

  /**
   * The mail of an e-mail challenge. Both are made in one transaction or soon after one another, so
   * the index of times finds it.
   */
  async findOfChallenge(challengeId: string, madeAt: Date): Promise<MailFate | null> {
    const { rows } = await this.database.query<MailFate>(
      `SELECT ${FATE} FROM outbox_messages WHERE proof_id = $1
       AND created_at BETWEEN $2::timestamptz - interval '1 second' AND $2::timestamptz + interval '1 minute' LIMIT 1`,
      [challengeId, madeAt],
    );
    return rows[0] ?? null;
  }

  /** Mails of the last day that failed and whose payload is not erased yet, newest first. */
  async listUndelivered(): Promise<UndeliveredMail[]> {
    const newestWhere = (
      condition: string,
    ): string => `(SELECT id, payload, last_error AS "lastError", created_at FROM outbox_messages
      WHERE ${condition} AND payload IS NOT NULL AND created_at > now() - interval '1 day'
      ORDER BY created_at DESC LIMIT ${MAX_UNDELIVERED})`;
    const { rows } = await this.database.query<UndeliveredMail>(
      `SELECT id, payload, "lastError" FROM (
         ${newestWhere(`status = 'dead'`)} UNION ALL
         ${newestWhere(`status = 'pending' AND attempts > 0 AND last_error IS NOT NULL`)}) mails
       ORDER BY created_at DESC LIMIT ${MAX_UNDELIVERED}`,
    );
    return rows;
  }
}
