import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import type { PasskeyPurpose } from './passkey-challenge.entity.js';
import type { Passkey } from './passkey.entity.js';

/** What is known of a passkey when it is registered. */
export type NewPasskey = Pick<
  Passkey,
  'memberId' | 'credentialId' | 'publicKey' | 'transports' | 'backupEligible' | 'backedUp' | 'userVerified' | 'name'
> & { readonly signCount: number };

/** What a signature is checked against. */
export type StoredPasskey = Pick<Passkey, 'id' | 'memberId' | 'publicKey' | 'backupEligible' | 'userVerified'> & {
  readonly signCount: number;
};

/** A passkey as its owner sees it. */
export type PasskeySummary = Pick<
  Passkey,
  'id' | 'name' | 'createdAt' | 'lastUsedAt' | 'transports' | 'backupEligible' | 'backedUp'
>;

/** What one signature changes about its passkey. */
export interface PasskeyUse {
  readonly id: string;
  readonly signCount: number;
  readonly backedUp: boolean;
  /** Whether it may be trusted from now on to check its owner. */
  readonly userVerified: boolean;
}

const SUMMARY = `id, name, created_at AS "createdAt", last_used_at AS "lastUsedAt", transports,
  backup_eligible AS "backupEligible", backed_up AS "backedUp"`;

/** Owns the tables `passkeys` and `passkey_challenges`. */
@Injectable()
export class PasskeysRepository {
  constructor(private readonly database: Database) {}

  async addChallenge(
    challenge: string,
    purpose: PasskeyPurpose,
    memberId: string | null,
    ttlSeconds: number,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO passkey_challenges (digest, purpose, member_id, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))`,
      [digest(challenge), purpose, memberId, ttlSeconds],
    );
  }

  /** Uses a challenge up; false unless it is open, for this purpose and for this member. Of two answers to one challenge, one wins. */
  async spendChallenge(challenge: string, purpose: PasskeyPurpose, memberId: string | null): Promise<boolean> {
    const { count } = await this.database.query(
      `DELETE FROM passkey_challenges WHERE digest = $1 AND purpose = $2 AND member_id IS NOT DISTINCT FROM $3 AND expires_at > now()`,
      [digest(challenge), purpose, memberId],
    );
    return count === 1;
  }

  /** Gives the passkey, or null when the credential is registered already, for whomever: the unique index decides. */
  async insert(tx: Tx, passkey: NewPasskey): Promise<PasskeySummary | null> {
    const { rows } = await tx.query<PasskeySummary>(
      `INSERT INTO passkeys (id, member_id, credential_id, public_key, sign_count, transports, backup_eligible, backed_up, user_verified, name)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING ${SUMMARY}`,
      [
        ...[randomUUID(), passkey.memberId, passkey.credentialId, passkey.publicKey, passkey.signCount],
        ...[passkey.transports, passkey.backupEligible, passkey.backedUp, passkey.userVerified, passkey.name],
      ],
    );
    return rows[0] ?? null;
  }

  async findByCredential(credentialId: Buffer): Promise<StoredPasskey | null> {
    const { rows } = await this.database.query<StoredPasskey>(
      `SELECT id, member_id AS "memberId", public_key AS "publicKey", sign_count::float8 AS "signCount",
         backup_eligible AS "backupEligible", user_verified AS "userVerified"
       FROM passkeys WHERE credential_id = $1`,
      [credentialId],
    );
    return rows[0] ?? null;
  }

  /** Notes a use; false if the passkey is gone, or if another use got ahead of this one's counter. */
  async use(tx: Tx, { id, signCount, backedUp, userVerified }: PasskeyUse): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE passkeys SET sign_count = $2, backed_up = $3, user_verified = user_verified OR $4, last_used_at = now()
       WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))`,
      [id, signCount, backedUp, userVerified],
    );
    return count === 1;
  }

  async count(sql: Sql, memberId: string): Promise<number> {
    const { rows } = await sql.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM passkeys WHERE member_id = $1`,
      [memberId],
    );
    return rows[0]!.count;
  }

  /** Oldest first. */
  async listOf(memberId: string): Promise<PasskeySummary[]> {
    const { rows } = await this.database.query<PasskeySummary>(
      `SELECT ${SUMMARY} FROM passkeys WHERE member_id = $1 ORDER BY created_at, id`,
      [memberId],
    );
    return rows;
  }

  /** What a browser is told of a member's passkeys. */
  async credentialsOf(memberId: string): Promise<Pick<Passkey, 'credentialId' | 'transports'>[]> {
    const { rows } = await this.database.query<Pick<Passkey, 'credentialId' | 'transports'>>(
      `SELECT credential_id AS "credentialId", transports FROM passkeys WHERE member_id = $1 ORDER BY last_used_at DESC NULLS LAST, id`,
      [memberId],
    );
    return rows;
  }

  async rename(tx: Tx, id: string, memberId: string, name: string | null): Promise<PasskeySummary | null> {
    const { rows } = await tx.query<PasskeySummary>(
      `UPDATE passkeys SET name = $3 WHERE id = $1 AND member_id = $2 RETURNING ${SUMMARY}`,
      [id, memberId, name],
    );
    return rows[0] ?? null;
  }

  /** Removes one passkey of this member; gives its name, or undefined if there is none. */
  async remove(tx: Tx, id: string, memberId: string): Promise<string | null | undefined> {
    const { rows } = await tx.query<{ name: string | null }>(
      `DELETE FROM passkeys WHERE id = $1 AND member_id = $2 RETURNING name`,
      [id, memberId],
    );
    return rows[0]?.name;
  }

  async removeAll(tx: Tx, memberId: string): Promise<void> {
    await tx.query(`DELETE FROM passkeys WHERE member_id = $1`, [memberId]);
  }

  /** Removes what was registered within the last `seconds`; gives the names. */
  async removeSince(tx: Tx, memberId: string, seconds: number): Promise<(string | null)[]> {
    const { rows } = await tx.query<{ name: string | null }>(
      `DELETE FROM passkeys WHERE member_id = $1 AND created_at > now() - make_interval(secs => $2) RETURNING name`,
      [memberId, seconds],
    );
    return rows.map(({ name }) => name);
  }
}
