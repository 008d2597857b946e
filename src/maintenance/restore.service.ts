import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';

/** What was voided. */
export interface Voided {
  readonly proofs: number;
  readonly sessions: number;
}

/** After a backup has been put back: closes the doors that going back in time has opened again. */
@Injectable()
export class RestoreService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  /**
   * Voids whatever may have been used or ended between the backup and now: codes, links, reset grants, logins under way and
   * sessions. Members, passwords and second factors stay as they were at the time of the backup.
   */
  async voidWhatMayBeUsed(): Promise<Voided> {
    return this.database.transaction(async (tx) => {
      const proofs = await tx.query(
        `UPDATE proof_requests SET voided_at = now() WHERE spent_at IS NULL AND voided_at IS NULL`,
      );
      await tx.query(`DELETE FROM reset_grants`);
      await tx.query(`DELETE FROM mfa_challenges`);
      await tx.query(`DELETE FROM passkey_challenges`);
      // Access tokens that are still alive die with their sessions, on servers that run already, too.
      await tx.query(
        `INSERT INTO revocations (session_id, expires_at)
         SELECT id, now() + make_interval(secs => $1) FROM sessions WHERE ended_at IS NULL ON CONFLICT DO NOTHING`,
        [this.config.env.ACCESS_TOKEN_TTL_SECONDS + 60],
      );
      const sessions = await tx.query(
        `UPDATE sessions SET ended_at = now(), end_reason = 'restored' WHERE ended_at IS NULL`,
      );
      // Whatever waits carries a proof that is void now, or tells of something that was told before.
      await tx.query(
        `UPDATE outbox_messages SET status = 'dropped', payload = NULL, finished_at = now(), last_error = 'a backup was restored'
         WHERE status = 'pending'`,
      );
      return { proofs: proofs.count, sessions: sessions.count };
    });
  }
}
