import { Injectable } from '@nestjs/common';
import type { SessionEndReason } from '../security/audit-log/security-events.js';
import type { Role } from '../platform/http/principal.js';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import type { TokenTransport } from './session.entity.js';

/** What a pair of tokens is minted from. Times are whole seconds since 1970, the database's. */
export interface SessionState {
  readonly id: string;
  readonly memberId: string;
  readonly role: Role;
  readonly generation: number;
  readonly transport: TokenTransport;
  /** When this generation came to be. */
  readonly issuedAt: number;
  /** When it can no longer be refreshed. */
  readonly refreshExpiresAt: number;
}

export interface NewSession {
  readonly id: string;
  readonly memberId: string;
  readonly deviceId: string;
  readonly transport: TokenTransport;
  readonly deviceName: string | null;
  readonly userAgent: string;
  readonly ip: string;
  readonly idleTtlSeconds: number;
  readonly absoluteTtlSeconds: number;
}

/** A live session as its owner sees it. */
export interface SessionRow {
  readonly id: string;
  readonly deviceName: string | null;
  readonly userAgent: string;
  readonly ip: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

/** The columns of {@link SessionState}, of sessions `s` and members `m`. */
export const STATE = `s.id, s.member_id AS "memberId", m.role, s.generation, s.transport,
  floor(extract(epoch FROM s.rotated_at))::float8 AS "issuedAt",
  floor(extract(epoch FROM s.idle_expires_at))::float8 AS "refreshExpiresAt"`;

/** Owns the table `sessions`. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, session: NewSession): Promise<SessionState> {
    const { rows } = await tx.query<SessionState>(
      `WITH s AS (
         INSERT INTO sessions (id, member_id, device_id, transport, device_name, user_agent, ip, idle_expires_at, absolute_expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => least($8::float8, $9::float8)), now() + make_interval(secs => $9::float8))
         RETURNING *)
       SELECT ${STATE} FROM s JOIN members m ON m.id = s.member_id`,
      [
        ...[
          session.id,
          session.memberId,
          session.deviceId,
          session.transport,
          session.deviceName,
          session.userAgent,
          session.ip,
        ],
        ...[session.idleTtlSeconds, session.absoluteTtlSeconds],
      ],
    );
    return rows[0]!;
  }

  /** Ends one live session of this member; false if there is none, so that nobody can end somebody else's. */
  async end(tx: Tx, id: string, memberId: string, reason: SessionEndReason): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE sessions SET ended_at = now(), end_reason = $3 WHERE id = $1 AND member_id = $2 AND ended_at IS NULL`,
      [id, memberId, reason],
    );
    return count === 1;
  }

  /** Ends a member's live sessions, perhaps all but one; gives their ids. */
  async endAll(tx: Tx, memberId: string, reason: SessionEndReason, exceptId?: string): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE sessions SET ended_at = now(), end_reason = $2 WHERE member_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3 RETURNING id`,
      [memberId, reason, exceptId ?? null],
    );
    return rows.map((row) => row.id);
  }

  /** Ends the longest unused sessions beyond `limit`, never the newest. The caller holds the member's row, so parallel logins take turns. */
  async endSurplus(tx: Tx, memberId: string, newestId: string, limit: number): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE sessions SET ended_at = now(), end_reason = 'too-many-sessions' WHERE id IN (
         SELECT id FROM sessions WHERE member_id = $1 AND ended_at IS NULL AND idle_expires_at > now() AND id <> $2
         ORDER BY rotated_at DESC OFFSET $3) RETURNING id`,
      [memberId, newestId, limit - 1],
    );
    return rows.map((row) => row.id);
  }

  async deviceId(tx: Tx, id: string): Promise<string | null> {
    const { rows } = await tx.query<{ id: string | null }>(`SELECT device_id AS id FROM sessions WHERE id = $1`, [id]);
    return rows[0]?.id ?? null;
  }

  async deviceName(tx: Tx, id: string): Promise<string | null> {
    const { rows } = await tx.query<{ name: string | null }>(`SELECT device_name AS name FROM sessions WHERE id = $1`, [
      id,
    ]);
    return rows[0]?.name ?? null;
  }

  /** Whether its owner showed who they are within the last `seconds`. */
  async isFresh(id: string, seconds: number): Promise<boolean> {
    const { count } = await this.database.query(
      `SELECT FROM sessions WHERE id = $1 AND ended_at IS NULL AND authenticated_at > now() - make_interval(secs => $2)`,
      [id, seconds],
    );
    return count === 1;
  }

  async markAuthenticated(id: string): Promise<void> {
    await this.database.query(`UPDATE sessions SET authenticated_at = now() WHERE id = $1 AND ended_at IS NULL`, [id]);
  }

  /** Makes the session stale: what needs a recent login needs one again. */
  async markUnauthenticated(tx: Tx, id: string): Promise<void> {
    await tx.query(`UPDATE sessions SET authenticated_at = to_timestamp(0) WHERE id = $1`, [id]);
  }

  async listLive(memberId: string): Promise<SessionRow[]> {
    const { rows } = await this.database.query<SessionRow>(
      `SELECT id, device_name AS "deviceName", user_agent AS "userAgent", ip, created_at AS "createdAt", rotated_at AS "lastUsedAt"
       FROM sessions WHERE member_id = $1 AND ended_at IS NULL AND idle_expires_at > now() ORDER BY rotated_at DESC, id`,
      [memberId],
    );
    return rows;
  }
}
