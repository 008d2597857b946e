import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { FirstFactor, ProvenFactor, TokenTransport } from '../../sessions/session.entity.js';

/** A login that awaits its second factor, or a consent. */
export interface OpenChallenge {
  readonly id: string;
  readonly memberId: string;
  readonly passwordVersion: number;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly transport: TokenTransport;
  /** Wrong passwords in a row before the right one. */
  readonly passwordFailures: number;
  /** What the login began with. */
  readonly firstFactor: FirstFactor;
  /** Null while the login awaits its second factor, and where it needs none. */
  readonly provenFactor: ProvenFactor | null;
}

/** The step that an unfinished login waits for. */
export type AwaitedStep = 'second-factor' | 'terms';

/** What an mfa or terms token is minted from. Times are whole seconds since 1970 on the database's clock. */
export interface IssuedChallenge {
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * Owns the table `mfa_challenges`. Prepared SQL: each row is part of a login, which is a hot path.
 */
@Injectable()
export class MfaChallengesRepository {
  constructor(private readonly database: Database) {}

  async insert(
    tx: Tx,
    challenge: Omit<OpenChallenge, 'id'>,
    awaits: AwaitedStep,
    ttlSeconds: number,
  ): Promise<IssuedChallenge> {
    const { rows } = await tx.query<IssuedChallenge>(
      `INSERT INTO mfa_challenges (id, member_id, password_version, device_id, device_name, transport, password_failures, first_factor, proven_factor, awaits, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + make_interval(secs => $11))
       RETURNING id, floor(extract(epoch FROM created_at))::float8 AS "issuedAt", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt"`,
      [
        ...[randomUUID(), challenge.memberId, challenge.passwordVersion, challenge.deviceId],
        ...[challenge.deviceName, challenge.transport, challenge.passwordFailures, challenge.firstFactor],
        ...[challenge.provenFactor, awaits, ttlSeconds],
      ],
    );
    return rows[0]!;
  }

  async findOpen(id: string, memberId: string): Promise<OpenChallenge | null> {
    const { rows } = await this.database.query<OpenChallenge>(
      `SELECT id, member_id AS "memberId", password_version AS "passwordVersion", device_id AS "deviceId", device_name AS "deviceName", transport,
         password_failures AS "passwordFailures", first_factor AS "firstFactor", proven_factor AS "provenFactor"
       FROM mfa_challenges WHERE id = $1 AND member_id = $2 AND spent_at IS NULL AND expires_at > now()`,
      [id, memberId],
    );
    return rows[0] ?? null;
  }

  /** The unfinished logins of a member, newest first, at most 20. */
  async listOpenOfMember(memberId: string): Promise<{ kind: AwaitedStep; at: Date; until: Date }[]> {
    const { rows } = await this.database.query<{ kind: AwaitedStep; at: Date; until: Date }>(
      `SELECT coalesce(awaits, 'second-factor') AS kind, created_at AS at, expires_at AS until FROM mfa_challenges
       WHERE member_id = $1 AND spent_at IS NULL AND expires_at > now() ORDER BY created_at DESC LIMIT 20`,
      [memberId],
    );
    return rows;
  }

  /** @returns false if it was spent or has expired: of two requests with one challenge, one wins */
  async spend(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE mfa_challenges SET spent_at = now() WHERE id = $1 AND spent_at IS NULL AND expires_at > now()`,
      [id],
    );
    return count === 1;
  }

  async voidAllOf(tx: Tx, memberId: string): Promise<void> {
    await tx.query(`UPDATE mfa_challenges SET spent_at = now() WHERE member_id = $1 AND spent_at IS NULL`, [memberId]);
  }
}
