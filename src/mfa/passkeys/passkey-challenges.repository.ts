import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import type { Sql } from '../../platform/database/sql.js';
import type { PasskeyPurpose } from './passkey-challenge.entity.js';

/**
 * Owns the table `passkey_challenges`. Prepared SQL: each login with a passkey writes and deletes a
 * row.
 */
@Injectable()
export class PasskeyChallengesRepository {
  constructor(private readonly database: Database) {}

  async insert(
    sql: Sql,
    challenge: string,
    purpose: PasskeyPurpose,
    memberId: string | null,
    ttlSeconds: number,
  ): Promise<void> {
    await sql.query(
      `INSERT INTO passkey_challenges (digest, purpose, member_id, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))`,
      [digest(challenge), purpose, memberId, ttlSeconds],
    );
  }

  /**
   * Uses a challenge up, in its own commit: a refused attempt must not make it usable again.
   * @returns whether it was open, for this purpose and this member; of two requests with one
   *   challenge, one wins
   */
  async spend(challenge: string, purpose: PasskeyPurpose, memberId: string | null): Promise<boolean> {
    const { count } = await this.database.query(
      `DELETE FROM passkey_challenges WHERE digest = $1 AND purpose = $2 AND member_id IS NOT DISTINCT FROM $3 AND expires_at > now()`,
      [digest(challenge), purpose, memberId],
    );
    return count === 1;
  }
}
