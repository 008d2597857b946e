import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';

export const REVOCATION_CHANNEL = 'munjigi_revocations';

/**
 * A revocation is kept this much longer than an access token lives, because times are rounded and
 * clocks differ.
 */
export const REVOCATION_MARGIN_SECONDS = 60;

/**
 * Owns the table `revocations`. SQL, because one statement stores the rows and notifies every
 * server.
 */
@Injectable()
export class RevocationsRepository {
  /** Stores the revocations; PostgreSQL notifies every server when the transaction commits. */
  async add(tx: Tx, sessionIds: readonly string[], accessTtlSeconds: number): Promise<void> {
    if (sessionIds.length === 0) return;
    await tx.query(
      `WITH revoked AS (
         INSERT INTO revocations (session_id, revoked_at, expires_at)
         SELECT id, clock_timestamp(), clock_timestamp() + make_interval(secs => $2) FROM unnest($1::uuid[]) AS id
         ON CONFLICT (session_id) DO UPDATE SET expires_at = excluded.expires_at
         RETURNING session_id, revoked_at, expires_at)
       SELECT pg_notify('${REVOCATION_CHANNEL}', session_id || ' ' || floor(extract(epoch FROM expires_at))
         || ' ' || ceil(extract(epoch FROM revoked_at))) FROM revoked`,
      [[...sessionIds], accessTtlSeconds + REVOCATION_MARGIN_SECONDS],
    );
  }
}
