import { Injectable } from '@nestjs/common';
import { LOCKS } from '../../../platform/database/advisory-locks.js';
import { Database } from '../../../platform/database/database.js';
import type { Sql, Tx } from '../../../platform/database/sql.js';
import { DELIVERIES_CHANNEL } from '../deliveries/deliveries-channel.js';
import type { EventRow } from '../events.js';

/** Where a reader stands in the log; a number as text. */
export type LogPosition = string;

/** An event with its place in the log. */
export type LogRow = EventRow & { readonly position: LogPosition };

/** A delivery that was deleted after its first attempt began. */
export interface DeliveryUnderWay {
  readonly webhookId: string;
  readonly memberId: string;
  /** The end of the lease, or of the pause after a failure. As text, which keeps the microseconds. */
  readonly endsAt: string;
}

/** Small enough that a reader waits only briefly while another reader assigns positions. */
const POSITION_BATCH = 10_000;

const COLUMNS = `id, type, occurred_at AS "occurredAt", member_id AS "memberId", data`;

/** Owns the table `events`. SQL: writes happen inside logins, and reads depend on locks. */
@Injectable()
export class EventsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Writes an event, and a delivery to each webhook that asks for its type. The row of the member
   * must be locked.
   */
  async insert(tx: Tx, type: string, memberId: string, data: object): Promise<void> {
    await tx.query(
      `WITH event AS (INSERT INTO events (type, member_id, data) VALUES ($1, $2, $3) RETURNING id),
         delivery AS (
           INSERT INTO event_deliveries (id, event_id, webhook_id, member_id)
           SELECT gen_random_uuid(), event.id, webhooks.id, $2 FROM event, webhooks WHERE webhooks.enabled AND $1 = ANY (webhooks.types)
           RETURNING webhook_id)
       SELECT pg_notify('${DELIVERIES_CHANNEL}', webhook_id::text) FROM delivery`,
      [type, memberId, JSON.stringify(data)],
    );
  }

  /**
   * Deletes all events of these members, with their deliveries.
   * @returns which webhooks may be receiving one of them
   */
  async deleteForMembers(tx: Tx, memberIds: readonly string[]): Promise<DeliveryUnderWay[]> {
    // The statement waits for a claim that runs at the same time, and returns the lease of that claim.
    // It deletes the events before the deliveries, as the purge does, so that the two cannot deadlock.
    const { rows } = await tx.query<DeliveryUnderWay>(
      `WITH event AS (DELETE FROM events WHERE member_id = ANY ($1) RETURNING id),
         delivery AS (DELETE FROM event_deliveries WHERE event_id = ANY (ARRAY(SELECT id FROM event)) RETURNING *)
       SELECT webhook_id AS "webhookId", member_id AS "memberId", max(available_at)::text AS "endsAt"
       FROM delivery WHERE status = 'pending' AND attempts > 0 GROUP BY webhook_id, member_id`,
      [[...memberIds]],
    );
    return rows;
  }

  /** Postpones the pending deliveries of these members until the deliveries in `underWay` have ended. */
  async delayDeliveries(tx: Tx, underWay: readonly DeliveryUnderWay[]): Promise<void> {
    await tx.query(
      `UPDATE event_deliveries d SET available_at = earlier.ends_at
       FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS earlier (webhook_id, member_id, ends_at)
       WHERE d.webhook_id = earlier.webhook_id AND d.member_id = earlier.member_id AND d.status = 'pending'`,
      (['webhookId', 'memberId', 'endsAt'] as const).map((name) => underWay.map((row) => row[name])),
    );
  }

  /**
   * Assigns the next positions to committed events that have none, in the order of their ids. The
   * events of one member commit in that order, so the log keeps it. An event that commits later gets
   * a later position, so no reader misses it (EV-01).
   * @returns whether more events may be without a position
   */
  async assignPositions(): Promise<boolean> {
    if (!(await this.hasUnpositioned(this.database))) return false;
    return this.database.transaction(async (tx) => {
      // One reader at a time: positions then become visible in their order.
      await tx.query(`SELECT pg_advisory_xact_lock($1)`, [LOCKS.eventPositions]);
      const { count } = await tx.query(
        `UPDATE events SET position = next.position
         FROM (SELECT id, nextval('events_position_seq') AS position FROM (
           SELECT id FROM events WHERE position IS NULL ORDER BY id LIMIT ${POSITION_BATCH}) AS fresh) AS next
         WHERE events.id = next.id`,
      );
      return count === POSITION_BATCH;
    });
  }

  /** The position before the first event that is at most this old; null if there is none. */
  async findStart(maxAgeSeconds: number): Promise<LogPosition | null> {
    const { rows } = await this.database.query<{ position: LogPosition | null }>(
      `SELECT (min(position) - 1)::text AS position FROM events WHERE occurred_at >= now() - make_interval(secs => $1)`,
      [maxAgeSeconds],
    );
    return rows[0]!.position;
  }

  /** The position of the last event that has one; null if there is none. */
  async findEnd(sql: Sql = this.database): Promise<LogPosition | null> {
    const { rows } = await sql.query<{ position: LogPosition | null }>(
      `SELECT max(position)::text AS position FROM events`,
    );
    return rows[0]!.position;
  }

  /** @param end a result of {@link findEnd}: a reader of few types that gets no more events continues from it */
  async list(after: LogPosition, end: LogPosition, types: readonly string[] | null, limit: number): Promise<LogRow[]> {
    const { rows } = await this.database.query<LogRow>(
      `SELECT ${COLUMNS}, position::text FROM events
       WHERE position > $1::bigint AND position <= $2::bigint AND member_id IS NOT NULL AND ($3::text[] IS NULL OR type = ANY ($3))
       ORDER BY events.position LIMIT $4`,
      [after, end, types, limit],
    );
    return rows;
  }

  private async hasUnpositioned(sql: Sql): Promise<boolean> {
    const { count } = await sql.query(`SELECT FROM events WHERE position IS NULL LIMIT 1`);
    return count > 0;
  }
}
