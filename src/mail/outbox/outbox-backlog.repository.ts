import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { IS_RETRYABLE } from './outbox-inspection.repository.js';

/** Counts of unsent mails. */
export interface OutboxBacklog {
  /** May be sent now. */
  readonly due: number;
  /** Being sent, or waiting for a retry. */
  readonly waiting: number;
  /**
   * Given up, and retryable by an operator. Expired mails are not counted, because they cannot be
   * retried.
   */
  readonly dead: number;
  /**
   * Age of the oldest mail without an attempt; 0 if there is none. Retries are not counted: one
   * greylisted mail would hide the rest.
   */
  readonly oldestSeconds: number;
}

/**
 * Measures the backlog of the outbox for the metrics. Plain SQL, because it is one aggregate;
 * partial indexes find both kinds of rows.
 */
@Injectable()
export class OutboxBacklogRepository {
  constructor(private readonly database: Database) {}

  async measure(): Promise<OutboxBacklog> {
    const { rows } = await this.database.query<OutboxBacklog>(
      `SELECT count(*) FILTER (WHERE status = 'pending' AND available_at <= now())::int AS due,
              count(*) FILTER (WHERE status = 'pending' AND available_at > now())::int AS waiting,
              count(*) FILTER (WHERE ${IS_RETRYABLE})::int AS dead,
              coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'pending' AND attempts = 0)), 0)::float8 AS "oldestSeconds"
       FROM outbox_messages WHERE status IN ('pending', 'dead')`,
    );
    return rows[0]!;
  }
}
