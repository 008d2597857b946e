import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import { Database, type PreparedStatement } from '../platform/database/database.js';
import { SharedStatement } from '../platform/database/shared-statement.js';
import { STATE, type SessionState } from './sessions.repository.js';

/** A token that is to be exchanged: its session, the generation it is of, its member; and where it comes from. */
export interface Rotation {
  readonly sid: string;
  readonly gen: number;
  readonly sub: string;
  readonly ip: string;
  /**
   * After this (seconds since 1970) nothing is changed: a client that has been answered 503 will try again with the same
   * token, and a rotation carried out late would make that look like reuse.
   */
  readonly deadline: number;
}

/** Whose device a refresh came from, where it was before, and how often it comes: what is judged of it. */
export interface SessionUse extends SessionState {
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly previousIp: string | null;
  readonly secondsSince: number | null;
  readonly refreshes: number;
}

/** A session that has just moved on. */
export interface RotatedSession extends SessionUse {
  readonly isRotated: true;
}

/** One that has not, as it was found right after. */
export interface UnrotatedSession extends SessionUse {
  readonly isRotated: false;
  readonly isOver: boolean;
  readonly isExpired: boolean;
  /** Whether its last rotation is so recent that its loser gets the same successor. */
  readonly isWithinGrace: boolean;
}

const DEVICE = `s.device_id AS "deviceId", s.device_name AS "deviceName"`;

/**
 * One statement decides: of two refreshes with one token, exactly one finds its generation current. It rotates any number
 * of sessions; `number` says whose each row is.
 */
const rotating = (name: string, busyRows: 'SKIP LOCKED' | ''): PreparedStatement => ({
  name,
  text: `WITH asked AS (
      SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::float8[])
        WITH ORDINALITY AS a (id, generation, member_id, ip, deadline, number)),
    m AS (
      SELECT s.id, s.generation, members.role, asked.ip, asked.deadline, asked.number
      FROM asked JOIN sessions s USING (id, generation, member_id) JOIN members ON members.id = s.member_id
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

/** For all who ask at once. It waits for nobody: a session that somebody else is busy with must not hold up the others. */
const ROTATE_FREE = rotating('sessions-rotate-free', 'SKIP LOCKED');
/** For whoever was left out. */
const ROTATE = rotating('sessions-rotate', '');

/** A statement of its own: as part of the other it would cost each refresh, and few need it. */
const LOOK: PreparedStatement = {
  name: 'session-look',
  text: `SELECT false AS "isRotated", ${STATE}, ${DEVICE}, s.ip AS "previousIp", 0 AS refreshes,
      extract(epoch FROM now() - s.rotated_at)::float8 AS "secondsSince",
      (s.ended_at IS NOT NULL OR m.status <> 'active') AS "isOver", s.idle_expires_at <= now() AS "isExpired",
      s.rotated_at > now() - make_interval(secs => $3) AS "isWithinGrace"
    FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.id = $1 AND s.member_id = $2`,
};

type Column = readonly (string | number)[];

/** Moves sessions on to their next generation. Writes the table `sessions`. */
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
    this.shared = new SharedStatement((asked) => this.run(ROTATE_FREE, asked));
  }

  /**
   * The session in its next generation; or as it is, where this one is not current, the session or member is not alive, or
   * somebody else is busy with it: then {@link rotateAlone} has to tell. Null where this member has no such session.
   */
  async rotate(asked: Rotation): Promise<RotatedSession | UnrotatedSession | null> {
    return (await this.shared.ask(asked)) ?? this.look(asked);
  }

  /** As {@link rotate}, after waiting for whoever is busy with the session; null where it could not be rotated even then. */
  async rotateAlone(asked: Rotation): Promise<RotatedSession | null> {
    return (await this.run(ROTATE, [asked]))[0] ?? null;
  }

  private async look({ sid, sub }: Rotation): Promise<UnrotatedSession | null> {
    const { rows } = await this.database.prepared<UnrotatedSession>(LOOK, [sid, sub, this.graceSeconds]);
    return rows[0] ?? null;
  }

  private async run(statement: PreparedStatement, asked: readonly Rotation[]): Promise<(RotatedSession | undefined)[]> {
    const { rows } = await this.database.prepared<RotatedSession & { number: number }>(statement, [
      ...columnsOf(asked),
      ...this.limits,
    ]);
    const byNumber = new Map(rows.map((session) => [session.number, session]));
    return asked.map((_, index) => byNumber.get(index + 1));
  }
}

/** An array for each column: a statement of one text, however many are asked for. */
const columnsOf = (asked: readonly Rotation[]): Column[] =>
  (['sid', 'gen', 'sub', 'ip', 'deadline'] as const).map((field) => asked.map((one) => one[field]));
