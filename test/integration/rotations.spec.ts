import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { Database } from '../../src/platform/database/database.js';
import { RotationsRepository, type Rotation } from '../../src/sessions/rotations.repository.js';
import { openDataSource } from '../support/data-source.js';
import { eventually } from '../support/eventually.js';
import { serverEnvironment } from '../support/server-environment.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** A minute from now, in seconds since 1970. */
const soon = (): number => Date.now() / 1000 + 60;

describe('rotations in one turn of the event loop', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let rotations: RotationsRepository;
  const memberId = randomUUID();
  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await openDataSource(own, 5);
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: own.url, SMTP_URL: 'smtp://localhost:1' }));
    rotations = new RotationsRepository(config, new Database(dataSource));
    await own.pool.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale) VALUES ($1, 'ada', 'a@b.test', 'a@b.test', 'x', 'en')`,
      [memberId],
    );
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await own?.drop();
  });

  /** Inserts live sessions. Returns the rotation that the first refresh token of each session requests. */
  async function sessions(count: number): Promise<Rotation[]> {
    const { rows } = await own.pool.query<{ id: string }>(
      `INSERT INTO sessions (id, member_id, transport, user_agent, ip, idle_expires_at, absolute_expires_at)
       SELECT gen_random_uuid(), $1, 'body', '', '-', now() + interval '1 day', now() + interval '9 days' FROM generate_series(1, $2) RETURNING id`,
      [memberId, count],
    );
    return rows.map(({ id }, index) => ({
      sid: id,
      gen: 0,
      sub: memberId,
      ip: `198.18.0.${index}`,
      userAgent: '',
      keyThumbprint: null,
      deadline: soon(),
    }));
  }

  it('TK-06 each session gets its own next generation, with its own client address', async () => {
    const asked = await sessions(5);
    const answers = await Promise.all(asked.map((one) => rotations.rotate(one)));

    expect(answers.map((answer) => answer?.id)).toEqual(asked.map(({ sid }) => sid));
    expect(answers.every((answer) => answer?.isRotated && answer.generation === 1)).toBe(true);
    const { rows } = await own.pool.query('SELECT id, ip FROM sessions WHERE id = ANY($1)', [
      asked.map(({ sid }) => sid),
    ]);
    expect(new Map(rows.map(({ id, ip }) => [id, ip]))).toEqual(new Map(asked.map(({ sid, ip }) => [sid, ip])));
  });

  it('CC-03 of several rotations of one session, one succeeds', async () => {
    const [asked] = await sessions(1);
    const answers = await Promise.all(Array.from({ length: 10 }, () => rotations.rotate(asked!)));

    expect(answers.filter((answer) => answer?.isRotated)).toHaveLength(1);
    const { rows } = await own.pool.query('SELECT generation FROM sessions WHERE id = $1', [asked!.sid]);
    expect(rows).toEqual([{ generation: 1 }]);
  });

  it('a rotation that is refused does not stop the others', async () => {
    const [over, late, foreign, ahead, good] = await sessions(5);
    await own.pool.query('UPDATE sessions SET ended_at = now() WHERE id = $1', [over!.sid]);
    const asked = [
      over!,
      { ...late!, deadline: soon() - 120 },
      { ...foreign!, sub: randomUUID() },
      { ...ahead!, gen: 7 },
      good!,
    ];

    const answers = await Promise.all(asked.map((one) => rotations.rotate(one)));

    expect(answers.map((answer) => answer && [answer.isRotated, answer.isRotated || answer.isOver])).toEqual([
      [false, true],
      [false, false],
      null, // belongs to another member
      [false, false],
      [true, true],
    ]);
    expect(answers.slice(0, 4).map((answer) => answer?.generation)).toEqual([0, 0, undefined, 0]);
  });

  it('FT-08 rotations do not wait for a locked session, which is rotated alone after the lock is released', async () => {
    const [busy, ...others] = await sessions(4);
    const holder = await own.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [busy!.sid]);
      let isHeld = true;
      const answers = await Promise.all([busy!, ...others].map((one) => rotations.rotate(one)));
      expect(answers.map((answer) => answer?.isRotated)).toEqual([false, true, true, true]);
      expect(answers[0]).toMatchObject({ generation: 0, isOver: false, isExpired: false });

      const held = rotations.rotateAlone(busy!).then((answer) => ({ generation: answer?.generation, isHeld }));
      await eventually('a rotation that waits for the lock', async () => {
        const { rows } = await own.pool.query(
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows[0];
      });
      isHeld = false;
      await holder.query('COMMIT');
      expect(await held).toEqual({ generation: 1, isHeld: false });
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });
});
