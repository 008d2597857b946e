import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database, type PreparedStatement } from '../database/database.js';
import { SharedStatement } from '../database/shared-statement.js';
import { DEVICE, STATE, type SessionUse } from './sessions.repository.js';

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
    RETURNING m.number::int, ${STATE}, ${DEVICE}, s.previous_ip AS "previousIp", s.burst_refreshes AS refreshes,
      extract(epoch FROM s.rotated_at - s.previous_rotated_at)::float8 AS "secondsSince"`,
});

/** For all who ask at once. It waits for nobody: a session that somebody else is busy with must not hold up the others. */
const ROTATE_FREE = rotating('sessions-rotate-free', 'SKIP LOCKED');
/** For whoever was left out. */
const ROTATE = rotating('sessions-rotate', '');

/** Moves sessions on to their next generation. Writes the table `sessions`. */
@Injectable()
export class RotationsRepository {
  private readonly shared: SharedStatement<Rotation, SessionUse | undefined>;
  /** The last two parameters. */
  private readonly limits: readonly number[];

  constructor(
    { env }: AppConfig,
    private readonly database: Database,
  ) {
    this.limits = [env.REFRESH_IDLE_TTL_SECONDS, env.RISK_REFRESH_BURST_WINDOW_SECONDS];
    this.shared = new SharedStatement((asked) => this.run(ROTATE_FREE, asked));
  }

  /**
   * The next generation, or null where this one is not current, the session or member is not alive, or somebody else is
   * busy with the session: then {@link rotateAlone} has to tell.
   */
  async rotate(asked: Rotation): Promise<SessionUse | null> {
    return (await this.shared.ask(asked)) ?? null;
  }

  /** As {@link rotate}, after waiting for whoever is busy with the session. */
  async rotateAlone(asked: Rotation): Promise<SessionUse | null> {
    return (await this.run(ROTATE, [asked]))[0] ?? null;
  }

  private async run(statement: PreparedStatement, asked: readonly Rotation[]): Promise<(SessionUse | undefined)[]> {
    const columns = (['sid', 'gen', 'sub', 'ip', 'deadline'] as const).map((field) => asked.map((one) => one[field]));
    const { rows } = await this.database.prepared<SessionUse & { number: number }>(statement, [
      ...columns,
      ...this.limits,
    ]);
    const byNumber = new Map(rows.map(({ number, ...session }) => [number, session]));
    return asked.map((_, index) => byNumber.get(index + 1));
  }
}
