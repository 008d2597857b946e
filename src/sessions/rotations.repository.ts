import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import { Database, type PreparedStatement } from '../platform/database/database.js';
import { SharedStatement } from '../platform/database/shared-statement.js';
import type { Tx } from '../platform/database/sql.js';
import { STATE, type SessionState } from './sessions.repository.js';

/** A refresh token to be exchanged (session, generation, member), and the client that sent it. */
export interface Rotation {
  readonly sid: string;
  readonly gen: number;
  readonly sub: string;
  readonly ip: string;
  readonly userAgent: string;
  /** The key that the request proved. A session that is bound to another key is not rotated. */
  readonly keyThumbprint: string | null;
  /**
   * Seconds since 1970. After it the rotation is not carried out: the client has received 503 and
   * retries with the same token, and a late rotation would make the retry look like reuse.
   */
  readonly deadline: number;
}

/** What the risk rules assess about a refresh: its device, the previous address, the frequency. */
export interface SessionUse extends SessionState {
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly previousIp: string | null;
  readonly secondsSince: number | null;
  readonly refreshes: number;
}

/** A session that was rotated to its next generation. */
export interface RotatedSession extends SessionUse {
  readonly isRotated: true;
}

/** A session as {@link RotationsRepository.look} reads it, after a rotation that failed or without one. */
export interface UnrotatedSession extends SessionUse {
  readonly isRotated: false;
  readonly isOver: boolean;
  readonly isExpired: boolean;
  /** The user agent of the last login or refresh. */
  readonly userAgent: string;
  /** How many generations in a row before this one had a late replay. */
  readonly earlierLateReplays: number;
  /**
   * Whether the last rotation is so recent that the previous token still returns the same
   * successor.
   */
  readonly isWithinGrace: boolean;
}

const DEVICE = `s.device_id AS "deviceId", s.device_name AS "deviceName"`;

/** A late replay that was admitted. */
export interface LateReplay {
  readonly state: SessionState;
  /** When the access token of this answer begins, in seconds since 1970. */
  readonly accessIssuedAt: number;
  /** How many generations in a row had a late replay, this one included. */
  readonly inARow: number;
}

/**
 * Of two refreshes with one token, exactly one finds its generation current: the row count decides.
 * One statement rotates any number of sessions; `number` is the position of the rotation that a row
 * belongs to.
 */
const rotating = (name: string, busyRows: 'SKIP LOCKED' | ''): PreparedStatement => ({
  name,
  text: `WITH requested AS (
      SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::float8[], $6::text[], $7::text[])
        WITH ORDINALITY AS a (id, generation, member_id, ip, deadline, user_agent, key_thumbprint, number)),
    m AS (
      SELECT s.id, s.generation, members.role, members.attributes, requested.ip, requested.deadline, requested.user_agent, requested.number
      FROM requested JOIN sessions s USING (id, generation, member_id) JOIN members ON members.id = s.member_id
      WHERE s.ended_at IS NULL AND s.idle_expires_at > now() AND members.status = 'active'
        AND (s.key_thumbprint IS NULL OR s.key_thumbprint = requested.key_thumbprint)
      FOR NO KEY UPDATE OF s ${busyRows})
    UPDATE sessions s
    SET generation = s.generation + 1, rotated_at = now(), ip = m.ip, user_agent = m.user_agent,
        previous_ip = s.ip, previous_rotated_at = s.rotated_at,
        burst_since = CASE WHEN s.burst_since > now() - make_interval(secs => $9) THEN s.burst_since ELSE now() END,
        burst_refreshes = CASE WHEN s.burst_since > now() - make_interval(secs => $9) THEN s.burst_refreshes + 1 ELSE 1 END,
        idle_expires_at = least(now() + make_interval(secs => $8), s.absolute_expires_at)
    FROM m
    WHERE s.id = m.id AND s.generation = m.generation AND s.ended_at IS NULL AND clock_timestamp() < to_timestamp(m.deadline)
    RETURNING m.number::int, true AS "isRotated", ${STATE}, ${DEVICE}, s.previous_ip AS "previousIp", s.burst_refreshes AS refreshes,
      extract(epoch FROM s.rotated_at - s.previous_rotated_at)::float8 AS "secondsSince"`,
});

/**
 * For rotations that are batched. Skips rows that another transaction has locked: one busy session
 * must not delay the others.
 */
const ROTATE_FREE = rotating('sessions-rotate-free', 'SKIP LOCKED');
/** For a single session that was skipped: waits for the row lock. */
const ROTATE = rotating('sessions-rotate', '');

const IS_WITHIN_GRACE = `s.rotated_at > now() - make_interval(secs => $3)`;

/**
 * Separate from the rotation, because only the few refreshes that did not rotate need it. Within the
 * grace period, `previousIp` and `secondsSince` refer to the use before the last rotation: an attacker
 * may have sent both the refresh that won the race and this one.
 */
const LOOK: PreparedStatement = {
  name: 'session-look',
  text: `SELECT false AS "isRotated", ${STATE}, ${DEVICE}, 0 AS refreshes,
      CASE WHEN ${IS_WITHIN_GRACE} THEN coalesce(s.previous_ip, s.ip) ELSE s.ip END AS "previousIp",
      extract(epoch FROM now() - CASE WHEN ${IS_WITHIN_GRACE} THEN coalesce(s.previous_rotated_at, s.rotated_at) ELSE s.rotated_at END)::float8
        AS "secondsSince",
      s.user_agent AS "userAgent",
      CASE s.late_replay_generation WHEN s.generation THEN s.late_replays - 1 WHEN s.generation - 1 THEN s.late_replays ELSE 0 END
        AS "earlierLateReplays", (s.ended_at IS NOT NULL OR m.status <> 'active') AS "isOver", s.idle_expires_at <= now() AS "isExpired",
      ${IS_WITHIN_GRACE} AS "isWithinGrace"
    FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.id = $1 AND s.member_id = $2`,
};

/**
 * Admits the token of the previous generation after the grace period: at most $4 generations in a
 * row, each counted once. A generation that was rotated without a late replay starts the count
 * again. One statement, so that several replicas together do not exceed the limit.
 */
const REPLAY_LATE = `UPDATE sessions s
    SET late_replays = CASE s.late_replay_generation
          WHEN s.generation THEN s.late_replays WHEN s.generation - 1 THEN s.late_replays + 1 ELSE 1 END,
        late_replayed_at = CASE s.late_replay_generation WHEN s.generation THEN s.late_replayed_at ELSE now() END,
        late_replay_generation = s.generation
    FROM members m
    WHERE s.id = $1 AND s.member_id = $2 AND s.generation = $3 + 1 AND s.key_thumbprint IS NULL
      AND s.ended_at IS NULL AND s.idle_expires_at > now() AND m.id = s.member_id AND m.status = 'active'
      AND CASE s.late_replay_generation WHEN s.generation THEN true WHEN s.generation - 1 THEN s.late_replays < $4 ELSE $4 > 0 END
    RETURNING ${STATE}, s.late_replays AS "inARow", floor(extract(epoch FROM s.late_replayed_at))::float8 AS "accessIssuedAt"`;

type Column = readonly (string | number | null)[];

/**
 * Rotates sessions to their next generation. Writes the table `sessions`, as SessionsRepository
 * does; separate because refreshes are batched. Prepared SQL: refreshing is the hottest path.
 */
@Injectable()
export class RotationsRepository {
  private readonly shared: SharedStatement<Rotation, RotatedSession | undefined>;
  private readonly limits: readonly number[];
  private readonly graceSeconds: number;

  constructor(
    { env }: AppConfig,
    private readonly database: Database,
  ) {
    this.limits = [env.REFRESH_IDLE_TTL_SECONDS, env.RISK_REFRESH_BURST_WINDOW_SECONDS];
    this.graceSeconds = env.REFRESH_GRACE_SECONDS;
    this.shared = new SharedStatement((rotations) => this.run(ROTATE_FREE, rotations));
  }

  /**
   * Rotates the session, in one statement with other rotations that arrive at the same time.
   * @returns the rotated session. Unrotated if the generation is not current, if the session or the
   * member is not active, if the session is bound to another key, if the deadline has passed, or if
   * another transaction holds the row. In the last case {@link rotateAlone} decides. Null if the
   * member has no such session.
   */
  async rotate(rotation: Rotation): Promise<RotatedSession | UnrotatedSession | null> {
    return (await this.shared.run(rotation)) ?? this.look(rotation);
  }

  /**
   * As {@link rotate}, but waits for the transaction that holds the row.
   * @returns null if the session was not rotated even then
   */
  async rotateAlone(rotation: Rotation): Promise<RotatedSession | null> {
    return (await this.run(ROTATE, [rotation]))[0] ?? null;
  }

  /**
   * Admits a late replay of the token, see {@link REPLAY_LATE}.
   * @param limit how many generations in a row may have a late replay
   * @returns null if the session has had too many, is bound to a key or is no longer live, if its
   * generation has changed, or if the member is not active
   */
  async replayLate(
    tx: Tx,
    { sid, gen, sub }: Pick<Rotation, 'sid' | 'gen' | 'sub'>,
    limit: number,
  ): Promise<LateReplay | null> {
    const { rows } = await tx.query<SessionState & Omit<LateReplay, 'state'>>(REPLAY_LATE, [sid, sub, gen, limit]);
    if (!rows[0]) return null;
    const { accessIssuedAt, inARow, ...state } = rows[0];
    return { state, accessIssuedAt, inARow };
  }

  /** The session as it is; null if the member has no such session. */
  async look({ sid, sub }: Pick<Rotation, 'sid' | 'sub'>): Promise<UnrotatedSession | null> {
    const { rows } = await this.database.prepared<UnrotatedSession>(LOOK, [sid, sub, this.graceSeconds]);
    return rows[0] ?? null;
  }

  private async run(
    statement: PreparedStatement,
    rotations: readonly Rotation[],
  ): Promise<(RotatedSession | undefined)[]> {
    const { rows } = await this.database.prepared<RotatedSession & { number: number }>(statement, [
      ...columnsOf(rotations),
      ...this.limits,
    ]);
    const byNumber = new Map(rows.map((session) => [session.number, session]));
    return rotations.map((_, index) => byNumber.get(index + 1));
  }
}

/**
 * One array per column, so that the statement's text does not depend on the number of rotations.
 */
const columnsOf = (rotations: readonly Rotation[]): Column[] =>
  (['sid', 'gen', 'sub', 'ip', 'deadline', 'userAgent', 'keyThumbprint'] as const).map((field) =>
    rotations.map((rotation) => rotation[field]),
  );
