import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';

export const REVOCATION_CHANNEL = 'munjigi_revocations';

/** How much longer a revocation is remembered than any access token minted until then can live: for rounding, and clocks. */
export const REVOCATION_MARGIN_SECONDS = 60;

/** Sessions whose access tokens are to be refused before they expire. Owns the table `revocations`. */
@Injectable()
export class RevocationsRepository {
  /** Stores the revocations and tells every replica when this commits. */
  async add(tx: Tx, sessionIds: readonly string[], accessTtlSeconds: number): Promise<void> {
    if (sessionIds.length === 0) return;
    await tx.query(
      `WITH revoked AS (
         INSERT INTO revocations (session_id, expires_at)
         SELECT id, clock_timestamp() + make_interval(secs => $2) FROM unnest($1::uuid[]) AS id
         ON CONFLICT (session_id) DO UPDATE SET expires_at = excluded.expires_at
         RETURNING session_id, expires_at)
       SELECT pg_notify('${REVOCATION_CHANNEL}', session_id || ' ' || floor(extract(epoch FROM expires_at))) FROM revoked`,
      [[...sessionIds], accessTtlSeconds + REVOCATION_MARGIN_SECONDS],
    );
  }
}
