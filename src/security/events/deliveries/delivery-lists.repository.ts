import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { Conditions, microsOf, type PagePosition } from '../../../platform/database/page.js';
import type { Backlog } from '../../../platform/outbox/backlog.js';
import type { DeliveryStatus, EventDelivery } from './event-delivery.entity.js';

/** A delivery as administrators see it. */
export type ListedDelivery = EventDelivery & PagePosition & { readonly type: string };

/** Selects deliveries: of one webhook, or of one member. */
export interface DeliveryFilter {
  readonly webhookId?: string;
  readonly status?: DeliveryStatus | undefined;
  readonly memberId?: string;
}

/**
 * A window finds the first delivery of each member in one pass; a look-up for each row could be
 * quadratic in a backlog. `NOT MATERIALIZED` lets partial indexes find pending and dead deliveries
 * among those that were sent. Exported for a test of its plan.
 */
export const MEASURE = `WITH enabled AS NOT MATERIALIZED (
      SELECT d.*, w.enabled_at FROM event_deliveries d JOIN webhooks w ON w.id = d.webhook_id AND w.enabled),
    pending AS (
      SELECT attempts, greatest(created_at, enabled_at) AS since, available_at <= now() AND (member_id IS NULL
        OR row_number() OVER (PARTITION BY webhook_id, member_id ORDER BY event_id) = 1) AS "isDue"
      FROM enabled WHERE status = 'pending')
  SELECT count(*) FILTER (WHERE "isDue")::int AS due,
         count(*) FILTER (WHERE NOT "isDue")::int AS waiting,
         (SELECT count(*) FROM enabled WHERE status = 'dead')::int AS dead,
         coalesce(extract(epoch FROM now() - min(since) FILTER (WHERE attempts = 0)), 0)::float8 AS "oldestSeconds"
  FROM pending`;

/** Lists and counts deliveries. SQL, because both join and aggregate. */
@Injectable()
export class DeliveryListsRepository {
  constructor(private readonly database: Database) {}

  /** @returns deliveries, newest first */
  async list(
    { webhookId, status, memberId }: DeliveryFilter,
    limit: number,
    after: PagePosition | null,
  ): Promise<ListedDelivery[]> {
    const conditions = new Conditions()
      .addIfDefined('d.webhook_id = $', webhookId)
      .addIfDefined('d.status = $', status)
      // The column of the event, because that one has an index.
      .addIfDefined('e.member_id = $', memberId);
    if (after !== null)
      conditions.add(
        `(d.created_at, d.id) < (timestamptz 'epoch' + $::bigint * interval '1 microsecond', $::uuid)`,
        ...[after.micros, after.id],
      );
    const limitAt = conditions.values.push(limit);
    const { rows } = await this.database.query<ListedDelivery>(
      `SELECT d.id, d.webhook_id AS "webhookId", d.event_id AS "eventId", e.type, d.member_id AS "memberId", d.status, d.attempts, d.created_at AS "createdAt",
         d.available_at AS "availableAt", d.finished_at AS "finishedAt", d.last_error AS "lastError", ${microsOf('d.created_at')} AS micros
       FROM event_deliveries d JOIN events e ON e.id = d.event_id ${conditions.where}
       ORDER BY d.created_at DESC, d.id DESC LIMIT $${limitAt}`,
      conditions.values,
    );
    return rows;
  }

  /**
   * Counts the deliveries of enabled webhooks. One that waits for an earlier delivery of its member
   * is not due (EV-02), but has an age: while a receiver fails, those that were tried hide the rest.
   * The time in which the webhook was disabled does not count.
   */
  async measure(): Promise<Backlog> {
    const { rows } = await this.database.query<Backlog>(MEASURE);
    return rows[0]!;
  }
}
