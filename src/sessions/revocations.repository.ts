import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/sql.js';

export const REVOCATION_CHANNEL = 'munjigi_revocations';

/** Sessions whose access tokens are to be refused before they expire. Owns the table `revocations`. */
@Injectable()
export class RevocationsRepository {
  /** Stores the revocations and tells every replica when this commits. */
  async add(tx: Tx, sessionIds: readonly string[], accessTtlSeconds: number): Promise<void> {
    if (sessionIds.length === 0) return;
    // A minute more than any access token minted until now can live.
    await tx.query(
      `WITH revoked AS (
         INSERT INTO revocations (session_id, expires_at)
         SELECT id, clock_timestamp() + make_interval(secs => $2 + 60) FROM unnest($1::uuid[]) AS id
         ON CONFLICT (session_id) DO UPDATE SET expires_at = excluded.expires_at
         RETURNING session_id, expires_at)
       SELECT pg_notify('${REVOCATION_CHANNEL}', session_id || ' ' || floor(extract(epoch FROM expires_at))) FROM revoked`,
      [[...sessionIds], accessTtlSeconds],
    );
  }
}
