import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Backlog } from '../../platform/outbox/backlog.js';
import { IS_RETRYABLE } from './outbox-inspection.repository.js';
import { QUEUED_AT } from './outbox.repository.js';

/**
 * Measures the backlog of the outbox for the metrics. Plain SQL, because it is one aggregate;
 * partial indexes find both kinds of rows.
 */
@Injectable()
export class OutboxBacklogRepository {
  constructor(private readonly database: Database) {}

  /** Mails that cannot be retried do not count as dead. */
  async measure(): Promise<Backlog> {
    const { rows } = await this.database.query<Backlog>(
      `SELECT count(*) FILTER (WHERE status = 'pending' AND available_at <= now())::int AS due,
              count(*) FILTER (WHERE status = 'pending' AND available_at > now())::int AS waiting,
              count(*) FILTER (WHERE ${IS_RETRYABLE})::int AS dead,
              coalesce(extract(epoch FROM now() - min(${QUEUED_AT}) FILTER (WHERE status = 'pending' AND attempts = 0)), 0)::float8 AS "oldestSeconds"
       FROM outbox_messages WHERE status IN ('pending', 'dead')`,
    );
    return rows[0]!;
  }
}
