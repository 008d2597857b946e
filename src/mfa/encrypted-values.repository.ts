import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import type { StoredRecoveryCode } from './recovery-codes/recovery-code-digests.js';

/** What is stored encrypted until the member removes it. */
export type EncryptedKind = 'authenticator apps' | 'recovery codes';

/** How many values were encrypted with one SECRET; `keyId` is null in rows written before 1.0.0. */
export interface EncryptedCount {
  readonly kind: EncryptedKind;
  readonly keyId: string | null;
  readonly count: number;
}

/** An encrypted value. `id` is the digest of a recovery code, or the id of the app's member. */
export interface EncryptedValue<Id> {
  readonly id: Id;
  readonly memberId: string;
  readonly encrypted: Buffer;
}

/**
 * Re-encryption of the tables `totp_secrets` and `recovery_codes`, which TotpSecretsRepository and
 * RecoveryCodesRepository own otherwise. SQL, because it locks and updates rows in batches.
 */
@Injectable()
export class EncryptedValuesRepository {
  constructor(private readonly database: Database) {}

  /** Counts all values, which reads both tables completely. */
  async count(): Promise<EncryptedCount[]> {
    const { rows } = await this.database.query<EncryptedCount>(
      `SELECT 'authenticator apps' AS kind, key_id AS "keyId", count(*)::int AS count FROM totp_secrets GROUP BY key_id
       UNION ALL
       SELECT 'recovery codes', key_id, count(*)::int FROM recovery_codes
       WHERE used_at IS NULL AND sealed IS NOT NULL GROUP BY key_id`,
    );
    return rows;
  }

  /**
   * Counts unused recovery codes from before 1.0.0. They cannot move to another secret, because
   * only the member has the code.
   */
  async countImmovable(): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM recovery_codes WHERE used_at IS NULL AND sealed IS NULL`,
    );
    return rows[0]!.count;
  }

  /**
   * Finds the next apps after `after`, in order of id, that were encrypted with another secret than
   * `keyId`. Locks their rows, so that no login changes them.
   */
  async lockApps(tx: Tx, keyId: string, after: string | null, limit: number): Promise<EncryptedValue<string>[]> {
    const { rows } = await tx.query<EncryptedValue<string>>(
      `SELECT member_id AS id, member_id AS "memberId", sealed AS encrypted FROM totp_secrets
       WHERE key_id IS DISTINCT FROM $1 AND ($2::uuid IS NULL OR member_id > $2) ORDER BY member_id LIMIT $3 FOR UPDATE`,
      [keyId, after, limit],
    );
    return rows;
  }

  async replaceApps(tx: Tx, keyId: string, values: readonly { id: string; encrypted: Buffer }[]): Promise<void> {
    await tx.query(
      `UPDATE totp_secrets SET sealed = reencrypted.sealed, key_id = $1
       FROM unnest($2::uuid[], $3::bytea[]) AS reencrypted (id, sealed) WHERE member_id = reencrypted.id`,
      [keyId, values.map(({ id }) => id), values.map(({ encrypted }) => encrypted)],
    );
  }

  async lockRecoveryCodes(
    tx: Tx,
    keyId: string,
    after: Buffer | null,
    limit: number,
  ): Promise<EncryptedValue<Buffer>[]> {
    const { rows } = await tx.query<EncryptedValue<Buffer>>(
      `SELECT digest AS id, member_id AS "memberId", sealed AS encrypted FROM recovery_codes
       WHERE used_at IS NULL AND sealed IS NOT NULL AND key_id IS DISTINCT FROM $1 AND ($2::bytea IS NULL OR digest > $2)
       ORDER BY digest LIMIT $3 FOR UPDATE`,
      [keyId, after, limit],
    );
    return rows;
  }

  async replaceRecoveryCodes(
    tx: Tx,
    keyId: string,
    values: readonly (StoredRecoveryCode & { readonly id: Buffer })[],
  ): Promise<void> {
    await tx.query(
      `UPDATE recovery_codes SET digest = reencrypted.digest, sealed = reencrypted.sealed, key_id = $1
       FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) AS reencrypted (id, digest, sealed) WHERE recovery_codes.digest = reencrypted.id`,
      [
        keyId,
        values.map(({ id }) => id),
        values.map(({ digest }) => digest),
        values.map(({ encryptedHash }) => encryptedHash),
      ],
    );
  }
}
