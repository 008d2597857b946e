import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { microsOf } from '../../../platform/database/page.js';
import { PromptStatement } from '../../../platform/database/prompt-statement.js';
import type { Tx } from '../../../platform/database/sql.js';
import type { ClaimedRow, Lease } from '../../../platform/outbox/attempts.js';
import { TEST_TYPE, type EventRow } from '../events.js';
import type { Webhook } from '../webhooks/webhook.entity.js';
import { DELIVERIES_CHANNEL } from './deliveries-channel.js';

/** A delivery whose lease this process holds, with what it takes to send it. */
export interface ClaimedDelivery extends ClaimedRow, Pick<Webhook, 'url' | 'secret' | 'previousSecret'> {
  readonly webhookId: string;
  readonly isFailing: boolean;
  readonly event: EventRow;
}

/** A claimed row as the database returns it. */
type ClaimedColumns = Omit<ClaimedDelivery, 'event'> & Omit<EventRow, 'id'> & { readonly eventId: string };

interface Result extends Lease {
  readonly status: 'sent' | 'dead' | 'dropped';
  readonly error: string | null;
}

/** The parameters of {@link FINISH}. */
const COLUMNS = ['id', 'attempts', 'queuedAt', 'status', 'error'] as const;

/** Few enough that no lock is held for long. */
const DELETE_BATCH = 5000;

/** After this time an undeliverable event is dead. */
export const GIVE_UP_AFTER = `interval '3 days'`;

/**
 * Deliveries of one member to one webhook are sent one after the other, in the order of the events
 * (EV-02). The events of one member become visible in that order, so the first is never missing.
 *
 * The form of the subquery guides the planner while it has no statistics. Without `LIMIT 1`, it
 * would join all waiting rows, and each claim of a large backlog would read all of it. With `IS
 * NULL` in place of `IS NOT TRUE`, it would expect one row in two hundred to match, and read and
 * sort all rows to find twenty.
 */
const DUE = `SELECT d.id FROM event_deliveries d WHERE d.webhook_id = $1 AND d.status = 'pending' AND d.available_at <= now()
  AND (SELECT true FROM event_deliveries earlier WHERE earlier.webhook_id = d.webhook_id AND earlier.member_id = d.member_id
    AND earlier.status = 'pending' AND earlier.event_id < d.event_id LIMIT 1) IS NOT TRUE`;

/**
 * An array and `LIMIT 1` keep the planner from joining all deliveries of the webhook or all events,
 * as it may while its statistics are older than a backlog.
 */
const TAKE = `taken AS (
      UPDATE event_deliveries SET attempts = attempts + 1, available_at = now() + make_interval(secs => $2)
      WHERE id = ANY (ARRAY(SELECT id FROM due)) RETURNING id, attempts, webhook_id, event_id, created_at)
    SELECT d.id, d.attempts, ${microsOf('d.created_at')} AS "queuedAt", d.webhook_id AS "webhookId", greatest(d.created_at, w.enabled_at) <= now() - ${GIVE_UP_AFTER} AS "isOverdue",
      w.url, w.secret, CASE WHEN w.previous_secret_until > now() THEN w.previous_secret END AS "previousSecret",
      w.failing_since IS NOT NULL AS "isFailing", d.event_id AS "eventId", e.type, e.occurred_at AS "occurredAt",
      e.member_id AS "memberId", e.data
    FROM taken d JOIN webhooks w ON w.id = d.webhook_id
      CROSS JOIN LATERAL (SELECT type, occurred_at, member_id, data FROM events WHERE events.id = d.event_id LIMIT 1) AS e`;

/** Exported for a test of its plan. */
export const CLAIM = {
  name: 'deliveries-claim',
  text: `WITH failed AS (
      ${DUE} AND d.attempts > 0 ORDER BY d.available_at LIMIT $4 FOR UPDATE OF d SKIP LOCKED),
    fresh AS (
      ${DUE} AND d.attempts = 0 AND d.event_id >= $5 ORDER BY d.event_id LIMIT $3 - (SELECT count(*) FROM failed) FOR UPDATE OF d SKIP LOCKED),
    due AS (SELECT id FROM failed UNION ALL SELECT id FROM fresh),
    ${TAKE}`,
};

/** The delivery with the fewest attempts: an event that a receiver cannot take must not be the probe for ever. */
const CLAIM_PROBE = {
  name: 'deliveries-claim-probe',
  text: `WITH due AS (${DUE} ORDER BY d.attempts, d.event_id LIMIT 1 FOR UPDATE OF d SKIP LOCKED), ${TAKE}`,
};

const FINISH = {
  name: 'deliveries-finish',
  text: `UPDATE event_deliveries d SET status = r.status, finished_at = now(), last_error = r.error
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[]) AS r (id, attempts, queued_at, status, error)
    WHERE d.id = r.id AND d.status = 'pending' AND ${microsOf('d.created_at')} = r.queued_at
      AND (d.attempts = r.attempts OR r.status = 'sent' AND d.attempts > r.attempts AND d.available_at <= now())`,
};

/**
 * Claims and closes deliveries. Named prepared statements: a backlog is sent as fast as the
 * receiver allows, and the claim needs `FOR UPDATE SKIP LOCKED`.
 */
@Injectable()
export class EventDeliveriesRepository {
  private readonly results: PromptStatement<Result>;

  constructor(private readonly database: Database) {
    this.results = new PromptStatement((results) => {
      const columns = COLUMNS.map((name) => results.map((row) => row[name]));
      return database.prepared(FINISH, columns);
    });
  }

  /**
   * Claims due deliveries of one webhook, see {@link OutboxQueue.claim}.
   * @param from an event id; first attempts are claimed for this event and for those with a greater id
   */
  async claim(
    webhookId: string,
    from: string,
    limit: number,
    retryLimit: number,
    leaseSeconds: number,
  ): Promise<ClaimedDelivery[]> {
    const values = [webhookId, leaseSeconds, limit, retryLimit, from];
    const { rows } = await this.database.prepared<ClaimedColumns>(CLAIM, values);
    return rows.map(claimedOf);
  }

  async claimProbe(webhookId: string, leaseSeconds: number): Promise<ClaimedDelivery[]> {
    const { rows } = await this.database.prepared<ClaimedColumns>(CLAIM_PROBE, [webhookId, leaseSeconds]);
    return rows.map(claimedOf);
  }

  /**
   * Closes a delivery. After a later claim of the delivery, only `sent` counts, and only once the
   * lease or the retry pause of that claim has ended: the next event of the member waits for it.
   */
  async finish({ id, attempts, queuedAt }: Lease, status: Result['status'], error: string | null): Promise<void> {
    await this.results.run({ id, attempts, queuedAt, status, error });
  }

  /** Releases a delivery for a retry after `seconds`. Changes nothing if the lease was lost. */
  async postpone({ id, attempts, queuedAt }: Lease, seconds: number, error: string): Promise<void> {
    await this.database.query(
      `UPDATE event_deliveries SET available_at = now() + make_interval(secs => $3), last_error = $4
       WHERE id = $1 AND attempts = $2 AND ${microsOf('created_at')} = $5 AND status = 'pending'`,
      [id, attempts, seconds, error, queuedAt],
    );
  }

  /** Gives up all waiting deliveries of a webhook, also those that are being sent. */
  async giveUpAll(tx: Tx, webhookId: string, error: string): Promise<void> {
    await tx.query(
      `UPDATE event_deliveries SET status = 'dead', finished_at = now(), last_error = $2 WHERE webhook_id = $1 AND status = 'pending'`,
      [webhookId, error],
    );
  }

  /**
   * Deletes some deliveries of a webhook.
   * @returns whether there may be more of them
   */
  async deleteSome(webhookId: string): Promise<boolean> {
    const { count } = await this.database.query(
      `DELETE FROM event_deliveries WHERE id IN (SELECT id FROM event_deliveries WHERE webhook_id = $1 LIMIT ${DELETE_BATCH})`,
      [webhookId],
    );
    return count === DELETE_BATCH;
  }

  /** Queues a test delivery. A test is not an event: readers of the event log do not get it. */
  async insertTest(tx: Tx, webhookId: string): Promise<string> {
    const { rows } = await tx.query<{ id: string }>(
      `WITH event AS (INSERT INTO events (type, data) VALUES ('${TEST_TYPE}', '{}') RETURNING id)
       INSERT INTO event_deliveries (id, event_id, webhook_id) SELECT gen_random_uuid(), id, $1 FROM event RETURNING id`,
      [webhookId],
    );
    await this.wake(tx, webhookId);
    return rows[0]!.id;
  }

  /**
   * Makes a closed delivery due again, for another three days. The event keeps its id.
   * @returns the member of the event (`memberId` is null for a test). The whole result is null if
   *   the webhook has no such delivery, or if the delivery is still pending
   */
  async retry(tx: Tx, webhookId: string, id: string): Promise<{ readonly memberId: string | null } | null> {
    const { rows } = await tx.query<{ memberId: string | null }>(
      `UPDATE event_deliveries SET status = 'pending', attempts = 0, created_at = now(), available_at = now(), finished_at = NULL, last_error = NULL
       WHERE id = $2 AND webhook_id = $1 AND status <> 'pending' RETURNING member_id AS "memberId"`,
      [webhookId, id],
    );
    if (rows.length > 0) await this.wake(tx, webhookId);
    return rows[0] ?? null;
  }

  private async wake(tx: Tx, webhookId: string): Promise<void> {
    await tx.query(`SELECT pg_notify('${DELIVERIES_CHANNEL}', $1)`, [webhookId]);
  }
}

function claimedOf({ eventId, type, occurredAt, memberId, data, ...delivery }: ClaimedColumns): ClaimedDelivery {
  return { ...delivery, event: { id: eventId, type, occurredAt, memberId, data } };
}
