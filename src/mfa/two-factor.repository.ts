import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import type { TokenTransport } from '../sessions/session.entity.js';

export interface StoredTotp {
  readonly sealed: Buffer;
  readonly isConfirmed: boolean;
  /** The newest step that was accepted. */
  readonly lastStep: number;
}

/** A recovery code as it is stored; see the entity for each column. */
export interface StoredRecoveryCode {
  readonly digest: Buffer;
  readonly sealed: Buffer;
}

export interface TwoFactorStatus {
  readonly enabled: boolean;
  readonly recoveryCodesLeft: number;
}

/** A login that waits for its second factor. */
export interface OpenChallenge {
  readonly id: string;
  readonly memberId: string;
  readonly passwordVersion: number;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly transport: TokenTransport;
  /** Wrong passwords in a row before the right one. */
  readonly passwordFailures: number;
}

/** A challenge as an mfa token is minted from it; times in whole seconds since 1970, the database's. */
export interface IssuedChallenge {
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Owns the tables `totp_secrets`, `recovery_codes` and `mfa_challenges`. */
@Injectable()
export class TwoFactorRepository {
  constructor(private readonly database: Database) {}

  async findTotp(memberId: string): Promise<StoredTotp | null> {
    const { rows } = await this.database.query<StoredTotp>(
      `SELECT sealed, confirmed_at IS NOT NULL AS "isConfirmed", last_step::float8 AS "lastStep" FROM totp_secrets WHERE member_id = $1`,
      [memberId],
    );
    return rows[0] ?? null;
  }

  async isTotpConfirmed(sql: Sql, memberId: string): Promise<boolean> {
    const { count } = await sql.query(
      `SELECT member_id FROM totp_secrets WHERE member_id = $1 AND confirmed_at IS NOT NULL`,
      [memberId],
    );
    return count > 0;
  }

  /** Whether an authenticator app is set up, and how many recovery codes are left to stand in for a second factor. */
  async statusOf(memberId: string): Promise<TwoFactorStatus> {
    const { rows } = await this.database.query<TwoFactorStatus>(
      `SELECT EXISTS (SELECT FROM totp_secrets WHERE member_id = $1 AND confirmed_at IS NOT NULL) AS enabled,
              (SELECT count(*)::int FROM recovery_codes WHERE member_id = $1 AND used_at IS NULL) AS "recoveryCodesLeft"`,
      [memberId],
    );
    return rows[0]!;
  }

  /** Stores a secret that waits for its first code; false when a confirmed one is in place, which is never overwritten. */
  async putUnconfirmed(tx: Tx, memberId: string, sealed: Buffer, keyId: string): Promise<boolean> {
    const { count } = await tx.query(
      `INSERT INTO totp_secrets (member_id, sealed, key_id) VALUES ($1, $2, $3)
       ON CONFLICT (member_id) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id, created_at = now(), last_step = 0
       WHERE totp_secrets.confirmed_at IS NULL RETURNING member_id`,
      [memberId, sealed, keyId],
    );
    return count === 1;
  }

  /** Of two confirmations with one code, one wins; and it confirms the very secret the code was checked against. */
  async confirm(tx: Tx, memberId: string, sealed: Buffer, step: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE totp_secrets SET confirmed_at = now(), last_step = $3 WHERE member_id = $1 AND sealed = $2 AND confirmed_at IS NULL`,
      [memberId, sealed, step],
    );
    return count === 1;
  }

  /** Uses up a step: neither it nor an older one is accepted again, on whichever replica. */
  async spendStep(tx: Tx, memberId: string, sealed: Buffer, step: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE totp_secrets SET last_step = $3 WHERE member_id = $1 AND sealed = $2 AND confirmed_at IS NOT NULL AND last_step < $3`,
      [memberId, sealed, step],
    );
    return count === 1;
  }

  /** Whether an app was confirmed within the last `seconds`. */
  async isConfirmedSince(tx: Tx, memberId: string, seconds: number): Promise<boolean> {
    const { count } = await tx.query(
      `SELECT member_id FROM totp_secrets WHERE member_id = $1 AND confirmed_at > now() - make_interval(secs => $2)`,
      [memberId, seconds],
    );
    return count === 1;
  }

  async removeTotp(tx: Tx, memberId: string): Promise<void> {
    await tx.query(`DELETE FROM totp_secrets WHERE member_id = $1`, [memberId]);
  }

  async removeRecoveryCodes(tx: Tx, memberId: string): Promise<void> {
    await tx.query(`DELETE FROM recovery_codes WHERE member_id = $1`, [memberId]);
  }

  /** Removes those made within the last `seconds`; false when there were none. */
  async removeRecoveryCodesSince(tx: Tx, memberId: string, seconds: number): Promise<boolean> {
    const { count } = await tx.query(
      `DELETE FROM recovery_codes WHERE member_id = $1 AND created_at > now() - make_interval(secs => $2)`,
      [memberId, seconds],
    );
    return count > 0;
  }

  async replaceRecoveryCodes(
    tx: Tx,
    memberId: string,
    codes: readonly StoredRecoveryCode[],
    keyId: string,
  ): Promise<void> {
    await tx.query(`DELETE FROM recovery_codes WHERE member_id = $1`, [memberId]);
    await tx.query(
      `INSERT INTO recovery_codes (digest, sealed, key_id, member_id)
       SELECT digest, sealed, $4, $1 FROM unnest($2::bytea[], $3::bytea[]) AS code (digest, sealed)`,
      [memberId, codes.map(({ digest }) => digest), codes.map(({ sealed }) => sealed), keyId],
    );
  }

  /** A look before anything is spent. */
  async hasRecoveryCode(memberId: string, digests: readonly Buffer[]): Promise<boolean> {
    const { count } = await this.database.query(
      `SELECT FROM recovery_codes WHERE digest = ANY($2::bytea[]) AND member_id = $1 AND used_at IS NULL`,
      [memberId, [...digests]],
    );
    return count > 0;
  }

  /** Uses up a recovery code; gives how many are left, or null when it is wrong or was used. */
  async spendRecoveryCode(tx: Tx, memberId: string, digests: readonly Buffer[]): Promise<number | null> {
    const { count } = await tx.query(
      `UPDATE recovery_codes SET used_at = now() WHERE digest = ANY($2::bytea[]) AND member_id = $1 AND used_at IS NULL`,
      [memberId, [...digests]],
    );
    if (count !== 1) return null;
    const { rows } = await tx.query<{ left: number }>(
      `SELECT count(*)::int AS left FROM recovery_codes WHERE member_id = $1 AND used_at IS NULL`,
      [memberId],
    );
    return rows[0]!.left;
  }

  async addChallenge(tx: Tx, challenge: Omit<OpenChallenge, 'id'>, ttlSeconds: number): Promise<IssuedChallenge> {
    const { rows } = await tx.query<IssuedChallenge>(
      `INSERT INTO mfa_challenges (id, member_id, password_version, device_id, device_name, transport, password_failures, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))
       RETURNING id, floor(extract(epoch FROM created_at))::float8 AS "issuedAt", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt"`,
      [
        ...[randomUUID(), challenge.memberId, challenge.passwordVersion, challenge.deviceId],
        ...[challenge.deviceName, challenge.transport, challenge.passwordFailures, ttlSeconds],
      ],
    );
    return rows[0]!;
  }

  async findOpenChallenge(id: string, memberId: string): Promise<OpenChallenge | null> {
    const { rows } = await this.database.query<OpenChallenge>(
      `SELECT id, member_id AS "memberId", password_version AS "passwordVersion", device_id AS "deviceId", device_name AS "deviceName", transport,
         password_failures AS "passwordFailures"
       FROM mfa_challenges WHERE id = $1 AND member_id = $2 AND spent_at IS NULL AND expires_at > now()`,
      [id, memberId],
    );
    return rows[0] ?? null;
  }

  async voidChallenges(tx: Tx, memberId: string): Promise<void> {
    await tx.query(`UPDATE mfa_challenges SET spent_at = now() WHERE member_id = $1 AND spent_at IS NULL`, [memberId]);
  }

  async spendChallenge(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE mfa_challenges SET spent_at = now() WHERE id = $1 AND spent_at IS NULL AND expires_at > now()`,
      [id],
    );
    return count === 1;
  }
}
