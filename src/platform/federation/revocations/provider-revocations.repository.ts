import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { microsOf } from '../../database/page.js';
import type { Tx } from '../../database/sql.js';
import type { ClaimedRow, Lease } from '../../outbox/attempts.js';
import type { Backlog } from '../../outbox/backlog.js';
import type { OutboxQueue } from '../../outbox/outbox-queue.js';
import type { ProviderRevocation } from './provider-revocation.entity.js';

export const PROVIDER_REVOCATIONS_CHANNEL = 'munjigi_provider_revocations';

export type ClaimedRevocation = ClaimedRow & Pick<ProviderRevocation, 'provider' | 'subject' | 'sealed'>;

/** After this time, the next failure of a row is its last: the row is dead. */
const GIVE_UP_AFTER = `interval '3 days'`;

const DUE = `SELECT id FROM provider_revocations WHERE status = 'pending' AND available_at <= now()`;

/** Owns the table `provider_revocations`. SQL, because the claim needs `FOR UPDATE SKIP LOCKED`. */
@Injectable()
export class ProviderRevocationsRepository implements OutboxQueue<ClaimedRevocation> {
  constructor(private readonly database: Database) {}

  /** Writes a row and wakes the dispatchers on commit. */
  async insert(tx: Tx, row: Pick<ProviderRevocation, 'provider' | 'subject' | 'sealed'>): Promise<void> {
    await tx.query(
      `WITH row AS (INSERT INTO provider_revocations (id, provider, subject, sealed) VALUES ($1, $2, $3, $4) RETURNING id)
       SELECT pg_notify('${PROVIDER_REVOCATIONS_CHANNEL}', '') FROM row`,
      [randomUUID(), row.provider, row.subject, row.sealed],
    );
  }

  /**
   * Deletes the pending and dead rows of an account. A delivery that has begun goes on.
   * @returns their encrypted refresh tokens, that of the newest row first
   */
  async deleteOpen(tx: Tx, { provider, subject }: Pick<ProviderRevocation, 'provider' | 'subject'>): Promise<Buffer[]> {
    const { rows } = await tx.query<{ sealed: Buffer | null }>(
      `WITH row AS (DELETE FROM provider_revocations
         WHERE provider = $1 AND subject = $2 AND status IN ('pending', 'dead') RETURNING sealed, created_at)
       SELECT sealed FROM row ORDER BY created_at DESC`,
      [provider, subject],
    );
    return rows.flatMap(({ sealed }) => sealed ?? []);
  }

  async claim(limit: number, retryLimit: number, leaseSeconds: number): Promise<ClaimedRevocation[]> {
    const { rows } = await this.database.query<ClaimedRevocation>(
      `WITH failed AS (${DUE} AND attempts > 0 ORDER BY available_at LIMIT $2 FOR UPDATE SKIP LOCKED),
         fresh AS (${DUE} AND attempts = 0 ORDER BY available_at LIMIT $1 - (SELECT count(*) FROM failed) FOR UPDATE SKIP LOCKED)
       UPDATE provider_revocations SET attempts = attempts + 1, available_at = now() + make_interval(secs => $3)
       WHERE id IN (SELECT id FROM failed UNION ALL SELECT id FROM fresh)
       RETURNING id, provider, subject, sealed, attempts, ${microsOf('created_at')} AS "queuedAt", created_at <= now() - ${GIVE_UP_AFTER} AS "isOverdue"`,
      [limit, retryLimit, leaseSeconds],
    );
    return rows;
  }

  /** Closes a row. Erases what identifies the account, except from a dead row, which an operator may retry. */
  async finish(
    { id, attempts, queuedAt }: Lease,
    kind: 'sent' | 'dead' | 'dropped',
    reason: string | null,
  ): Promise<void> {
    await this.database.query(
      `UPDATE provider_revocations SET status = $3, finished_at = now(), last_error = $4,
         subject = CASE WHEN $3 = 'dead' THEN subject ELSE '' END, sealed = CASE WHEN $3 = 'dead' THEN sealed END
       WHERE id = $1 AND (attempts = $2 OR $3 = 'sent' AND attempts > $2) AND ${microsOf('created_at')} = $5 AND status = 'pending'`,
      [id, attempts, kind, reason, queuedAt],
    );
  }

  async postpone({ id, attempts, queuedAt }: Lease, seconds: number, reason: string): Promise<void> {
    await this.database.query(
      `UPDATE provider_revocations SET available_at = now() + make_interval(secs => $3), last_error = $4
       WHERE id = $1 AND attempts = $2 AND ${microsOf('created_at')} = $5 AND status = 'pending'`,
      [id, attempts, seconds, reason, queuedAt],
    );
  }

  /** Makes all dead rows due again, as if they were new. @returns how many */
  async retryDead(): Promise<number> {
    const { count } = await this.database.query(
      `UPDATE provider_revocations SET status = 'pending', attempts = 0, available_at = now(), created_at = now(),
         finished_at = NULL, last_error = NULL WHERE status = 'dead'`,
    );
    return count;
  }

  /** Counts the due, waiting and dead rows. Few accounts are unlinked, so the table is small. */
  async measure(): Promise<Backlog> {
    const { rows } = await this.database.query<Backlog>(
      `SELECT count(*) FILTER (WHERE status = 'pending' AND available_at <= now())::int AS due,
              count(*) FILTER (WHERE status = 'pending' AND available_at > now())::int AS waiting,
              count(*) FILTER (WHERE status = 'dead')::int AS dead,
              coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'pending' AND attempts = 0)), 0)::float8 AS "oldestSeconds"
       FROM provider_revocations`,
    );
    return rows[0]!;
  }
}
