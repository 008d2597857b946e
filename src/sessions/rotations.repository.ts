import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database, type PreparedStatement } from '../database/database.js';
import { SharedStatement } from '../database/shared-statement.js';
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

/** One that has not, as it was when the statement began. */
export interface UnrotatedSession extends SessionUse {
  readonly isRotated: false;
  readonly isOver: boolean;
  readonly isExpired: boolean;
  /** Whether its last rotation is so recent that its loser gets the same successor. */
  readonly isWithinGrace: boolean;
}

const ASKED = `asked AS (
      SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::float8[])
        WITH ORDINALITY AS a (id, generation, member_id, ip, deadline, number))`;

const DEVICE = `s.device_id AS "deviceId", s.device_name AS "deviceName"`;

/**
 * One statement decides: of two refreshes with one token, exactly one finds its generation current. It rotates any number
 * of sessions; `number` says whose each row is.
 */
const rotated = (busyRows: 'SKIP LOCKED' | ''): string => `m AS (
      SELECT s.id, s.generation, members.role, asked.ip, asked.deadline, asked.number
      FROM asked JOIN sessions s USING (id, generation, member_id) JOIN members ON members.id = s.member_id
      WHERE s.ended_at IS NULL AND s.idle_expires_at > now() AND members.status = 'active'
      FOR NO KEY UPDATE OF s ${busyRows}),
    rotated AS (
      UPDATE sessions s
      SET generation = s.generation + 1, rotated_at = now(), ip = m.ip,
          previous_ip = s.ip, previous_rotated_at = s.rotated_at,
          burst_since = CASE WHEN s.burst_since > now() - make_interval(secs => $7) THEN s.burst_since ELSE now() END,
          burst_refreshes = CASE WHEN s.burst_since > now() - make_interval(secs => $7) THEN s.burst_refreshes + 1 ELSE 1 END,
          idle_expires_at = least(now() + make_interval(secs => $6), s.absolute_expires_at)
      FROM m
      WHERE s.id = m.id AND s.generation = m.generation AND s.ended_at IS NULL AND clock_timestamp() < to_timestamp(m.deadline)
      RETURNING m.number, true AS "isRotated", ${STATE}, ${DEVICE}, s.previous_ip AS "previousIp", s.burst_refreshes AS refreshes,
        extract(epoch FROM s.rotated_at - s.previous_rotated_at)::float8 AS "secondsSince")`;

/** The rest, as they were when the statement began. */
const UNROTATED = `SELECT asked.number, false, ${STATE}, ${DEVICE}, s.ip, 0, extract(epoch FROM now() - s.rotated_at)::float8,
      s.ended_at IS NOT NULL OR m.status <> 'active', s.idle_expires_at <= now(), s.rotated_at > now() - make_interval(secs => $8)
    FROM asked JOIN sessions s ON s.id = asked.id AND s.member_id = asked.member_id JOIN members m ON m.id = s.member_id
    WHERE asked.number NOT IN (SELECT number FROM rotated)`;

/** For all who ask at once. It waits for nobody: a session that somebody else is busy with must not hold up the others. */
const ROTATE_FREE: PreparedStatement = {
  name: 'sessions-rotate-free',
  text: `WITH ${ASKED}, ${rotated('SKIP LOCKED')}
    SELECT rotated.*, false AS "isOver", false AS "isExpired", true AS "isWithinGrace" FROM rotated UNION ALL ${UNROTATED}`,
};

/** For whoever was left out. */
const ROTATE: PreparedStatement = {
  name: 'sessions-rotate',
  text: `WITH ${ASKED}, ${rotated('')} SELECT * FROM rotated`,
};

type Column = readonly (string | number)[];

/** Moves sessions on to their next generation. Writes the table `sessions`. */
@Injectable()
export class RotationsRepository {
  private readonly shared: SharedStatement<Rotation, RotatedSession | UnrotatedSession | undefined>;
  private readonly limits: readonly number[];
  private readonly graceSeconds: number;

  constructor(
    { env }: AppConfig,
    private readonly database: Database,
  ) {
    this.limits = [env.REFRESH_IDLE_TTL_SECONDS, env.RISK_REFRESH_BURST_WINDOW_SECONDS];
    this.graceSeconds = env.REFRESH_GRACE_SECONDS;
    this.shared = new SharedStatement((asked) => this.rotateFree(asked));
  }

  /**
   * The session in its next generation; or as it is, where this one is not current, the session or member is not alive, or
   * somebody else is busy with it: then {@link rotateAlone} has to tell. Null where this member has no such session.
   */
  async rotate(asked: Rotation): Promise<RotatedSession | UnrotatedSession | null> {
    return (await this.shared.ask(asked)) ?? null;
  }

  /** As {@link rotate}, after waiting for whoever is busy with the session; null where it could not be rotated even then. */
  async rotateAlone(asked: Rotation): Promise<RotatedSession | null> {
    const { rows } = await this.database.prepared<RotatedSession>(ROTATE, [...columnsOf([asked]), ...this.limits]);
    return rows[0] ?? null;
  }

  private async rotateFree(asked: readonly Rotation[]): Promise<(RotatedSession | UnrotatedSession | undefined)[]> {
    const { rows } = await this.database.prepared<(RotatedSession | UnrotatedSession) & { number: number }>(
      ROTATE_FREE,
      [...columnsOf(asked), ...this.limits, this.graceSeconds],
    );
    const byNumber = new Map(rows.map((session) => [Number(session.number), session]));
    return asked.map((_, index) => byNumber.get(index + 1));
  }
}

/** An array for each column: a statement of one text, however many are asked for. */
const columnsOf = (asked: readonly Rotation[]): Column[] =>
  (['sid', 'gen', 'sub', 'ip', 'deadline'] as const).map((field) => asked.map((one) => one[field]));
