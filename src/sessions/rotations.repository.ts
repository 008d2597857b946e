import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import { Database, type PreparedStatement } from '../platform/database/database.js';
import { SharedStatement } from '../platform/database/shared-statement.js';
import { STATE, type SessionState } from './sessions.repository.js';

/** A refresh token to be exchanged (session, generation, member), and the address that sent it. */
export interface Rotation {
  readonly sid: string;
  readonly gen: number;
  readonly sub: string;
  readonly ip: string;
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

/** A session that was not rotated, as read right after the attempt. */
export interface UnrotatedSession extends SessionUse {
  readonly isRotated: false;
  readonly isOver: boolean;
  readonly isExpired: boolean;
  /**
   * Whether the last rotation is so recent that the previous token still returns the same
   * successor.
   */
  readonly isWithinGrace: boolean;
}

const DEVICE = `s.device_id AS "deviceId", s.device_name AS "deviceName"`;

/**
 * Of two refreshes with one token, exactly one finds its generation current: the row count decides.
 * One statement rotates any number of sessions; `number` is the position of the rotation that a row
 * belongs to.
 */
const rotating = (name: string, busyRows: 'SKIP LOCKED' | ''): PreparedStatement => ({
  name,
  text: `WITH requested AS (
      SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::float8[])
        WITH ORDINALITY AS a (id, generation, member_id, ip, deadline, number)),
    m AS (
      SELECT s.id, s.generation, members.role, requested.ip, requested.deadline, requested.number
      FROM requested JOIN sessions s USING (id, generation, member_id) JOIN members ON members.id = s.member_id
      WHERE s.ended_at IS NULL AND s.idle_expires_at > now() AND members.status = 'active'
      FOR NO KEY UPDATE OF s ${busyRows})
    UPDATE sessions s
    SET generation = s.generation + 1, rotated_at = now(), ip = m.ip,
        previous_ip = s.ip, previous_rotated_at = s.rotated_at,
        burst_since = CASE WHEN s.burst_since > now() - make_interval(secs => $7) THEN s.burst_since ELSE now() END,
        burst_refreshes = CASE WHEN s.burst_since > now() - make_interval(secs => $7) THEN s.burst_refreshes + 1 ELSE 1 END,
        idle_expires_at = least(now() + make_interval(secs => $6), s.absolute_expires_at)
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

/** Separate from the rotation: only the few refreshes that were not rotated need it. */
const LOOK: PreparedStatement = {
  name: 'session-look',
  text: `SELECT false AS "isRotated", ${STATE}, ${DEVICE}, s.ip AS "previousIp", 0 AS refreshes,
      extract(epoch FROM now() - s.rotated_at)::float8 AS "secondsSince",
      (s.ended_at IS NOT NULL OR m.status <> 'active') AS "isOver", s.idle_expires_at <= now() AS "isExpired",
      s.rotated_at > now() - make_interval(secs => $3) AS "isWithinGrace"
    FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.id = $1 AND s.member_id = $2`,
};

type Column = readonly (string | number)[];

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
   * member is not active, or if another transaction holds the row: in that case {@link rotateAlone}
   * decides. Null if the member has no such session.
   */
  async rotate(rotation: Rotation): Promise<RotatedSession | UnrotatedSession | null> {
    return (await this.shared.run(rotation)) ?? this.look(rotation);
  }

  /**
   * As {@link rotate}, but waits for the transaction that holds the row.
   * @returns null if it was not rotated even then
   */
  async rotateAlone(rotation: Rotation): Promise<RotatedSession | null> {
    return (await this.run(ROTATE, [rotation]))[0] ?? null;
  }

  private async look({ sid, sub }: Rotation): Promise<UnrotatedSession | null> {
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
  (['sid', 'gen', 'sub', 'ip', 'deadline'] as const).map((field) => rotations.map((rotation) => rotation[field]));
