import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { AppConfig } from '../platform/config/app-config.js';
import { isInFuture } from '../platform/database/database-time.js';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import type { SessionEndReason } from '../security/audit-log/security-events.js';
import {
  Session,
  type FirstFactor,
  type ProvenFactor,
  type SessionKey,
  type TokenTransport,
} from './session.entity.js';
import type { SessionState } from './session-state.js';

export type { SessionState };

export interface NewSession {
  readonly id: string;
  readonly memberId: string;
  readonly deviceId: string;
  readonly transport: TokenTransport;
  readonly deviceName: string | null;
  readonly userAgent: string;
  readonly ip: string;
  readonly key: SessionKey | null;
  readonly firstFactor: FirstFactor;
  /** The second factor of the login; null if there was none. */
  readonly provenFactor: ProvenFactor | null;
  /** The version of the password that was checked. */
  readonly passwordVersion: number;
}

/** A session that was just opened. */
export interface OpenedSession extends SessionState {
  /** Other live sessions of the member. */
  readonly others: number;
}

/** A live session as its member sees it. */
export interface SessionRow {
  readonly id: string;
  readonly deviceName: string | null;
  readonly userAgent: string;
  readonly ip: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** Whether its refresh token is bound to a key of the device. */
  readonly bound: boolean;
}

/** A session that has neither ended nor expired. */
export interface LiveSession {
  /** Whether its member authenticated within REAUTHENTICATION_SECONDS. */
  readonly isRecent: boolean;
  /** Whether {@link SessionsRepository.markUnauthenticated} asks its member to authenticate again. */
  readonly mustAuthenticate: boolean;
  /** What its member last authenticated with; null in sessions of 1.0. */
  readonly firstFactor: FirstFactor | null;
  /** The second factor that its member proved within REAUTHENTICATION_SECONDS; null if none. */
  readonly provenFactor: ProvenFactor | null;
}

/** The columns of {@link SessionState}, of sessions `s` and members `m`. */
export const STATE = `s.id, s.member_id AS "memberId", m.role, m.attributes, s.generation, s.transport,
  s.key_thumbprint AS "keyThumbprint", s.binding, s.first_factor AS "firstFactor", s.second_factor AS "secondFactor",
  floor(extract(epoch FROM s.authenticated_at))::float8 AS "authenticatedAt",
  floor(extract(epoch FROM s.rotated_at))::float8 AS "issuedAt",
  floor(extract(epoch FROM s.idle_expires_at))::float8 AS "refreshExpiresAt"`;

/** The time of authentication in a session whose risk asks for another. */
const UNAUTHENTICATED = 'to_timestamp(0)';

const isLive = (session: string): string => `${session}.ended_at IS NULL AND ${session}.idle_expires_at > now()`;

/** Whether the member authenticated within the last `$2` seconds. */
const IS_RECENT = `authenticated_at > now() - make_interval(secs => $2)`;

/** The second factor that the member proved within the last `$2` seconds; null if none. */
const RECENT_FACTOR = `CASE WHEN ${IS_RECENT} AND second_factor_at > now() - make_interval(secs => $2) THEN second_factor END`;

/**
 * Owns the table `sessions`; RotationsRepository writes it too. Prepared SQL, because logins,
 * refreshes and revocations are hot and each is decided by one statement. The member's list of
 * sessions is cold: TypeORM.
 */
@Injectable()
export class SessionsRepository {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  /**
   * Opens a session. Needs the member's lock: otherwise two logins at once would each leave the
   * session of the other out of `others`.
   * @returns null where the member is not active, or has another password by now
   */
  async insert(tx: Tx, session: NewSession): Promise<OpenedSession | null> {
    const { id, memberId, deviceId, transport, deviceName, userAgent, ip, key, firstFactor, provenFactor } = session;
    const { env } = this.config;
    const { rows } = await tx.query<OpenedSession>(
      `WITH m AS (
         SELECT id, role, attributes FROM members
         WHERE id = $2 AND password_version = $14 AND status = 'active'),
       s AS (
         INSERT INTO sessions (id, member_id, device_id, transport, device_name, user_agent, ip, idle_expires_at, absolute_expires_at,
           key_thumbprint, binding, second_factor, second_factor_at, first_factor, at_provider)
         SELECT $1, id, $3, $4, $5, $6, $7, now() + make_interval(secs => least($8::float8, $9::float8)), now() + make_interval(secs => $9::float8),
           $10, $11, $12, CASE WHEN $12::text IS NOT NULL THEN now() END, $13, $13 = 'federated' FROM m
         RETURNING *)
       SELECT ${STATE}, (SELECT count(*)::int FROM sessions o WHERE o.member_id = $2 AND ${isLive('o')}) AS others FROM s JOIN m ON m.id = s.member_id`,
      [
        ...[id, memberId, deviceId, transport, deviceName, userAgent, ip],
        ...[env.REFRESH_IDLE_TTL_SECONDS, env.REFRESH_ABSOLUTE_TTL_SECONDS],
        ...[key?.thumbprint ?? null, key?.binding ?? null, provenFactor, firstFactor, session.passwordVersion],
      ],
    );
    return rows[0] ?? null;
  }

  /** Ends one live session. @returns false if this member has no such session, also if another member has it */
  async end(tx: Tx, id: string, memberId: string, reason: SessionEndReason): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE sessions SET ended_at = now(), end_reason = $3 WHERE id = $1 AND member_id = $2 AND ${isLive('sessions')}`,
      [id, memberId, reason],
    );
    return count === 1;
  }

  /**
   * Ends a member's live sessions, or all but `exceptId`.
   * @returns the ids of those it ended
   */
  async endAll(tx: Tx, memberId: string, reason: SessionEndReason, exceptId?: string): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE sessions SET ended_at = now(), end_reason = $2
       WHERE member_id = $1 AND ${isLive('sessions')} AND id IS DISTINCT FROM $3 RETURNING id`,
      [memberId, reason, exceptId ?? null],
    );
    return rows.map((row) => row.id);
  }

  /**
   * Ends a member's live sessions that a login at any provider has opened or confirmed. The row does
   * not record which provider it was.
   * @returns the ids of those it ended
   */
  async endFederated(tx: Tx, memberId: string, reason: SessionEndReason): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE sessions SET ended_at = now(), end_reason = $2
       WHERE member_id = $1 AND ${isLive('sessions')} AND at_provider RETURNING id`,
      [memberId, reason],
    );
    return rows.map((row) => row.id);
  }

  /**
   * Ends the longest unused sessions beyond `limit`, never the newest. Needs the member's lock.
   * @returns the ids of those it ended
   */
  async endSurplus(tx: Tx, memberId: string, newestId: string, limit: number): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE sessions SET ended_at = now(), end_reason = 'too-many-sessions' WHERE id IN (
         SELECT id FROM sessions WHERE member_id = $1 AND ${isLive('sessions')} AND id <> $2
         ORDER BY rotated_at DESC OFFSET $3) RETURNING id`,
      [memberId, newestId, limit - 1],
    );
    return rows.map((row) => row.id);
  }

  async findDeviceId(tx: Tx, id: string): Promise<string | null> {
    const { rows } = await tx.query<{ id: string | null }>(`SELECT device_id AS id FROM sessions WHERE id = $1`, [id]);
    return rows[0]?.id ?? null;
  }

  /** The thumbprint of the key that a live session is bound to; null where there is none. */
  async findKeyThumbprint(id: string): Promise<string | null> {
    const { rows } = await this.database.query<{ key: string | null }>(
      `SELECT key_thumbprint AS key FROM sessions WHERE id = $1 AND ${isLive('sessions')}`,
      [id],
    );
    return rows[0]?.key ?? null;
  }

  /** Whether the session is live and its member authenticated within REAUTHENTICATION_SECONDS. */
  async hasRecentLogin(id: string): Promise<boolean> {
    const { count } = await this.database.query(
      `SELECT FROM sessions WHERE id = $1 AND ${isLive('sessions')} AND ${IS_RECENT}`,
      [id, this.config.env.REAUTHENTICATION_SECONDS],
    );
    return count === 1;
  }

  /**
   * Locks the session's row, so that no other transaction ends the session before this one commits.
   * @returns null if it has ended or expired, or belongs to another member
   */
  async lockLive(tx: Tx, id: string, memberId: string): Promise<LiveSession | null> {
    const { rows } = await tx.query<LiveSession>(
      `SELECT ${IS_RECENT} AS "isRecent", authenticated_at = ${UNAUTHENTICATED} AS "mustAuthenticate", first_factor AS "firstFactor", ${RECENT_FACTOR} AS "provenFactor"
       FROM sessions WHERE id = $1 AND member_id = $3 AND ${isLive('sessions')} FOR NO KEY UPDATE`,
      [id, this.config.env.REAUTHENTICATION_SECONDS, memberId],
    );
    return rows[0] ?? null;
  }

  /**
   * Records that the member has just authenticated again. An authentication without a second factor
   * keeps the earlier one only while that one is recent itself.
   * @param firstFactor what the authentication began with; null where that is unknown
   * @param secondFactor the second factor that was part of it
   */
  async markAuthenticated(
    tx: Tx,
    id: string,
    firstFactor: FirstFactor | null,
    secondFactor: ProvenFactor | null,
  ): Promise<void> {
    await tx.query(
      `UPDATE sessions SET authenticated_at = now(), first_factor = $4, at_provider = at_provider OR $4 IS NOT DISTINCT FROM 'federated', second_factor = coalesce($3, ${RECENT_FACTOR}),
         second_factor_at = CASE WHEN $3::text IS NOT NULL THEN now() ELSE second_factor_at END WHERE id = $1`,
      [id, this.config.env.REAUTHENTICATION_SECONDS, secondFactor, firstFactor],
    );
  }

  /** Refuses operations that need a recent login until the member authenticates again in this session. */
  async markUnauthenticated(tx: Tx, id: string): Promise<void> {
    await tx.query(`UPDATE sessions SET authenticated_at = ${UNAUTHENTICATED} WHERE id = $1`, [id]);
  }

  async listLive(memberId: string): Promise<SessionRow[]> {
    const sessions = await this.database.manager.find(Session, {
      select: {
        ...{ id: true, deviceName: true, userAgent: true, ip: true, createdAt: true, rotatedAt: true },
        keyThumbprint: true,
      },
      where: { memberId, endedAt: IsNull(), idleExpiresAt: isInFuture() },
      order: { rotatedAt: 'DESC', id: 'ASC' },
    });
    return sessions.map(({ id, deviceName, userAgent, ip, createdAt, rotatedAt, keyThumbprint }) => ({
      ...{ id, deviceName, userAgent, ip, createdAt },
      lastUsedAt: rotatedAt,
      bound: keyThumbprint !== null,
    }));
  }
}
