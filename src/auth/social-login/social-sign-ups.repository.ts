import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';

/** Owns the table `social_sign_ups`. Written in SQL, so that a single DELETE decides which request takes a row. */
@Injectable()
export class SocialSignUpsRepository {
  constructor(private readonly database: Database) {}

  async insert(idDigest: Buffer, sealed: Buffer, ttlSeconds: number): Promise<void> {
    await this.database.query(
      `INSERT INTO social_sign_ups (id_digest, sealed, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3))`,
      [idDigest, sealed, ttlSeconds],
    );
  }

  async find(idDigest: Buffer): Promise<Buffer | null> {
    const { rows } = await this.database.query<{ sealed: Buffer }>(
      `SELECT sealed FROM social_sign_ups WHERE id_digest = $1 AND expires_at > now()`,
      [idDigest],
    );
    return rows[0]?.sealed ?? null;
  }

  /** @returns false if the row was taken before or has expired: of two requests at once, one gets true */
  async take(tx: Tx, idDigest: Buffer): Promise<boolean> {
    const { count } = await tx.query(`DELETE FROM social_sign_ups WHERE id_digest = $1 AND expires_at > now()`, [
      idDigest,
    ]);
    return count === 1;
  }
}
