import { Injectable } from '@nestjs/common';
import { longestAccessTokenSeconds } from '../../platform/config/configuration-checks.js';
import type { Tx } from '../../platform/database/sql.js';

export const REVOCATION_CHANNEL = 'munjigi_revocations';

/** Times are rounded and clocks differ. */
const MARGIN_SECONDS = 60;

/** How long a revocation is kept: longer than any access token lives. */
export function revocationSeconds(accessTtlSeconds: number): number {
  return longestAccessTokenSeconds(accessTtlSeconds) + MARGIN_SECONDS;
}

/**
 * Owns the table `revocations`. SQL, because one statement stores the rows and notifies every
 * server.
 */
@Injectable()
export class RevocationsRepository {
  /** Stores revocations for these seconds; PostgreSQL notifies every server when the transaction commits. */
  async add(tx: Tx, sessionIds: readonly string[], seconds: number): Promise<void> {
    if (sessionIds.length === 0) return;
    await tx.query(
      `WITH revoked AS (
         INSERT INTO revocations (session_id, revoked_at, expires_at)
         SELECT id, clock_timestamp(), clock_timestamp() + make_interval(secs => $2) FROM unnest($1::uuid[]) AS id
         ON CONFLICT (session_id) DO UPDATE SET expires_at = excluded.expires_at
         RETURNING session_id, revoked_at, expires_at)
       SELECT pg_notify('${REVOCATION_CHANNEL}', session_id || ' ' || floor(extract(epoch FROM expires_at))
         || ' ' || ceil(extract(epoch FROM revoked_at))) FROM revoked`,
      [[...sessionIds], seconds],
    );
  }
}
