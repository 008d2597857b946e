import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { IS_RETRYABLE } from './outbox-inspection.repository.js';

/** How much mail waits. */
export interface OutboxBacklog {
  /** May be sent now. */
  readonly due: number;
  /** Failed before and waits for its next try, or is being sent. */
  readonly waiting: number;
  /** Given up, and an operator may try again; what has expired since is nobody's business any more. */
  readonly dead: number;
  /** Since the oldest mail that nobody has tried to send yet was written; 0 when there is none. One that a server keeps putting off says nothing of the others. */
  readonly oldestSeconds: number;
}

/** Counts what the outbox still holds. Both parts are found by an index of the rows they count. */
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
