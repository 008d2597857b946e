import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';

/** What members hold that is kept encrypted for as long as they wish. */
export type EncryptedKind = 'authenticator apps' | 'recovery codes';

/** How many values need a secret; null where the row does not say which. */
export interface EncryptedCount {
  readonly kind: EncryptedKind;
  readonly keyId: string | null;
  readonly count: number;
}

/** A sealed value; of a recovery code `id` is the digest, of an app it is the member's. */
export interface EncryptedValue<Id> {
  readonly id: Id;
  readonly memberId: string;
  readonly sealed: Buffer;
}

/** The tables `totp_secrets` and `recovery_codes` as a change of the secret needs them. What logins ask is in TwoFactorRepository. */
@Injectable()
export class EncryptedValuesRepository {
  constructor(private readonly database: Database) {}

  /** Reads the two tables from end to end. */
  async count(): Promise<EncryptedCount[]> {
    const { rows } = await this.database.query<EncryptedCount>(
      `SELECT 'authenticator apps' AS kind, key_id AS "keyId", count(*)::int AS count FROM totp_secrets GROUP BY key_id
       UNION ALL
       SELECT 'recovery codes', key_id, count(*)::int FROM recovery_codes
       WHERE used_at IS NULL AND sealed IS NOT NULL GROUP BY key_id`,
    );
    return rows;
  }

  /** Unused recovery codes from before 1.0.0: only their owners can say them, so they stay with the secret they were made with. */
  async countImmovable(): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM recovery_codes WHERE used_at IS NULL AND sealed IS NULL`,
    );
    return rows[0]!.count;
  }

  /** Apps that need another secret than `keyId`, in their order from `after` on; locked, so that nobody uses or replaces one meanwhile. */
  async lockApps(tx: Tx, keyId: string, after: string | null, limit: number): Promise<EncryptedValue<string>[]> {
    const { rows } = await tx.query<EncryptedValue<string>>(
      `SELECT member_id AS id, member_id AS "memberId", sealed FROM totp_secrets
       WHERE key_id IS DISTINCT FROM $1 AND ($2::uuid IS NULL OR member_id > $2) ORDER BY member_id LIMIT $3 FOR UPDATE`,
      [keyId, after, limit],
    );
    return rows;
  }

  async replaceApps(tx: Tx, keyId: string, values: readonly { id: string; sealed: Buffer }[]): Promise<void> {
    await tx.query(
      `UPDATE totp_secrets SET sealed = renewed.sealed, key_id = $1
       FROM unnest($2::uuid[], $3::bytea[]) AS renewed (id, sealed) WHERE member_id = renewed.id`,
      [keyId, values.map(({ id }) => id), values.map(({ sealed }) => sealed)],
    );
  }

  async lockRecoveryCodes(
    tx: Tx,
    keyId: string,
    after: Buffer | null,
    limit: number,
  ): Promise<EncryptedValue<Buffer>[]> {
    const { rows } = await tx.query<EncryptedValue<Buffer>>(
      `SELECT digest AS id, member_id AS "memberId", sealed FROM recovery_codes
       WHERE used_at IS NULL AND sealed IS NOT NULL AND key_id IS DISTINCT FROM $1 AND ($2::bytea IS NULL OR digest > $2)
       ORDER BY digest LIMIT $3 FOR UPDATE`,
      [keyId, after, limit],
    );
    return rows;
  }

  async replaceRecoveryCodes(
    tx: Tx,
    keyId: string,
    values: readonly { id: Buffer; digest: Buffer; sealed: Buffer }[],
  ): Promise<void> {
    await tx.query(
      `UPDATE recovery_codes SET digest = renewed.digest, sealed = renewed.sealed, key_id = $1
       FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) AS renewed (id, digest, sealed) WHERE recovery_codes.digest = renewed.id`,
      [keyId, values.map(({ id }) => id), values.map(({ digest }) => digest), values.map(({ sealed }) => sealed)],
    );
  }
}
