import { Injectable } from '@nestjs/common';
import type { Sql } from '../platform/database/sql.js';

/** A second factor that is set up. Recovery codes are not factors: each replaces a factor once. */
export type EnrolledFactor = 'totp' | 'passkey';

/**
 * Reads from the tables `totp_secrets` and `passkeys` which factors a member has. Prepared SQL: every
 * login asks, and so does every request of an administrator.
 */
@Injectable()
export class EnrolledFactorsRepository {
  async list(sql: Sql, memberId: string): Promise<EnrolledFactor[]> {
    const { rows } = await sql.query<{ factor: EnrolledFactor }>(
      `SELECT 'totp' AS factor FROM totp_secrets WHERE member_id = $1 AND confirmed_at IS NOT NULL
       UNION ALL SELECT 'passkey' WHERE EXISTS (SELECT FROM passkeys WHERE member_id = $1)`,
      [memberId],
    );
    return rows.map(({ factor }) => factor);
  }
}
