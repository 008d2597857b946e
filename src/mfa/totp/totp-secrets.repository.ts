import { Injectable } from '@nestjs/common';
import { Equal, IsNull } from 'typeorm';
import { isWithin, now, type PastPeriod } from '../../platform/database/database-time.js';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { TotpSecret } from './totp-secret.entity.js';

export interface StoredTotp {
  readonly encryptedSecret: Buffer;
  readonly isConfirmed: boolean;
  /** The newest step whose code was accepted. */
  readonly lastStep: number;
}

/**
 * Owns the table `totp_secrets`. Each login with a second factor uses prepared SQL. An app is seldom
 * set up or removed, so those methods use TypeORM where it can express them.
 */
@Injectable()
export class TotpSecretsRepository {
  constructor(private readonly database: Database) {}

  async find(memberId: string): Promise<StoredTotp | null> {
    const { rows } = await this.database.query<StoredTotp>(
      `SELECT sealed AS "encryptedSecret", confirmed_at IS NOT NULL AS "isConfirmed", last_step::float8 AS "lastStep"
       FROM totp_secrets WHERE member_id = $1`,
      [memberId],
    );
    return rows[0] ?? null;
  }

  async isConfirmed(sql: Sql, memberId: string): Promise<boolean> {
    const { count } = await sql.query(
      `SELECT member_id FROM totp_secrets WHERE member_id = $1 AND confirmed_at IS NOT NULL`,
      [memberId],
    );
    return count > 0;
  }

  /**
   * Marks a step as used, so that no server accepts a code of this or an older step again.
   * @returns false if this or a newer step was used, or if the secret was replaced or removed
   */
  async spendStep(tx: Tx, memberId: string, encryptedSecret: Buffer, step: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE totp_secrets SET last_step = $3 WHERE member_id = $1 AND sealed = $2 AND confirmed_at IS NOT NULL AND last_step < $3`,
      [memberId, encryptedSecret, step],
    );
    return count === 1;
  }

  /**
   * Stores a secret that awaits its first code. SQL, because TypeORM has no upsert with this
   * condition.
   * @returns false if a confirmed secret exists, which is never overwritten
   */
  async putUnconfirmed(tx: Tx, memberId: string, encryptedSecret: Buffer, keyId: string): Promise<boolean> {
    const { count } = await tx.query(
      `INSERT INTO totp_secrets (member_id, sealed, key_id) VALUES ($1, $2, $3)
       ON CONFLICT (member_id) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id, created_at = now(), last_step = 0
       WHERE totp_secrets.confirmed_at IS NULL RETURNING member_id`,
      [memberId, encryptedSecret, keyId],
    );
    return count === 1;
  }

  /**
   * Confirms exactly the secret that the code was checked against. Of two confirmations with one
   * code, one wins.
   * @returns false if the secret was confirmed, replaced or removed after that check
   */
  async confirm(tx: Tx, memberId: string, encryptedSecret: Buffer, step: number): Promise<boolean> {
    const { affected } = await tx.manager.update(
      TotpSecret,
      { memberId, encryptedSecret: Equal(encryptedSecret), confirmedAt: IsNull() },
      { confirmedAt: now, lastStep: String(step) },
    );
    return affected === 1;
  }

  async isConfirmedWithin(tx: Tx, memberId: string, period: PastPeriod): Promise<boolean> {
    return tx.manager.existsBy(TotpSecret, { memberId, confirmedAt: isWithin(period) });
  }

  async remove(tx: Tx, memberId: string): Promise<void> {
    await tx.manager.delete(TotpSecret, { memberId });
  }
}
