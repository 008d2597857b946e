import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { BreakablePostgres } from '../support/breakable-postgres.js';
import { eventually } from '../support/eventually.js';
import { type GivenMember, given, unique } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { SmallDisk } from '../support/small-disk.js';
import { TestApp } from '../support/test-app.js';
import { allowTime } from '../support/test-length.js';

allowTime();

const DATA_MB = 160;
const LOG_MB = 96;
/** Fewer rounds than this fill the existing pages of the tables, so that writes need new ones. */
const MOST_ROUNDS = 400;

const obstacle = SmallDisk.obstacle();
if (obstacle !== undefined) console.warn(`Skipped: ${obstacle}.`);

(obstacle === undefined ? describe : describe.skip)('a PostgreSQL whose disk is really full', () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function disk(megabytes: number): Promise<SmallDisk> {
    const made = await SmallDisk.make(megabytes);
    cleanups.push(() => made.remove());
    return made;
  }

  async function server(postgres: BreakablePostgres): Promise<{ app: TestApp; ada: GivenMember }> {
    cleanups.push(() => postgres.database.drop());
    const env = { DATABASE_TIMEOUT_SECONDS: '3', DATABASE_POOL_WAIT_MS: '2000', WORKER_ENABLED: 'false' };
    const worker = await TestApp.start({ database: postgres.database });
    const ada = await given.member(worker);
    await worker.stop();
    const app = await TestApp.start({ database: postgres.database, env });
    cleanups.push(() => app.stop());
    return { app, ada };
  }

  /** Writes that add rows; `acknowledged` counts the acknowledged sign-ups. */
  const writes = async (app: TestApp, ada: GivenMember, acknowledged: { signUps: number }): Promise<HttpAnswer[]> => {
    const answers = await Promise.all([
      app.client().post('/api/auth/sign-up', unique.signUp()),
      app.client().post('/api/auth/login', { identifier: ada.loginId, password: ada.password }),
      app.client().post('/api/auth/password-reset/send-code', { email: unique.email() }),
    ]);
    for (const { status, body, headers } of answers.filter((answer) => answer.status >= 300)) {
      expect([status, body.code]).toEqual([503, 'service_unavailable']);
      expect(headers['retry-after']).toMatch(/^\d+$/);
    }
    if (answers[0].status === 202) acknowledged.signUps += 1;
    return answers;
  };

  const expectRecovery = async (app: TestApp, ada: GivenMember, acknowledged: { signUps: number }): Promise<void> => {
    const { pid } = app;
    await eventually('writes succeed again', async () =>
      (await writes(app, ada, acknowledged)).every(({ status }) => status < 300) ? true : undefined,
    );
    expect(app.pid).toBe(pid);
    const { rows } = await app.sql.query<{ count: number }>('SELECT count(*)::int FROM sign_ups');
    // Ada and the acknowledged sign-ups; an unacknowledged one may exist too.
    expect(rows[0]!.count).toBeGreaterThanOrEqual(1 + acknowledged.signUps);
  };

  it('FT-07 a full data disk answers writes with 503, keeps reads working, and recovers by itself', async () => {
    const small = await disk(DATA_MB);
    const postgres = await BreakablePostgres.start({ folder: small.directory });
    const log = await disk(LOG_MB);
    await postgres.moveLog(log.directory);
    const { app, ada } = await server(postgres);
    const acknowledged = { signUps: 0 };

    await small.fill();
    for (let round = 0; ; round += 1) {
      expect(round).toBeLessThan(MOST_ROUNDS);
      if ((await writes(app, ada, acknowledged)).every(({ status }) => status === 503)) break;
    }
    for (let round = 0; round < 20; round += 1) {
      const check = await app.post('/api/auth/verify', { token: ada.accessToken }).expect(200);
      expect(check.body.active).toBe(true);
      await app.get('/api/members/me', ada.accessToken).expect(200);
    }
    await app.get('/health/live').expect(200);
    await small.free();
    await expectRecovery(app, ada, acknowledged);
  });

  it('FT-07 a full write-ahead log disk ends PostgreSQL: 503 until its supervisor restarts it', async () => {
    const postgres = await BreakablePostgres.start({ settings: ['min_wal_size=32MB', 'max_wal_size=64MB'] });
    const small = await disk(LOG_MB);
    await postgres.moveLog(small.directory);
    const { app, ada } = await server(postgres);
    const acknowledged = { signUps: 0 };

    await small.fill();
    // Like systemd or a container runtime, this starts PostgreSQL whenever it has ended. The start
    // fails as long as the disk is full.
    const ending = new AbortController();
    const supervisor = (async () => {
      for (const isOver = once(ending.signal, 'abort'); ; await pause(200)) {
        await Promise.race([postgres.exited, isOver]);
        if (ending.signal.aborted) return;
        await postgres.startAgain().catch(() => undefined);
      }
    })();
    cleanups.push(() => {
      ending.abort();
      return supervisor;
    });
    await useUpLog(app);
    await eventually('a write is refused', async () =>
      (await writes(app, ada, acknowledged)).every(({ status }) => status === 503) ? true : undefined,
    );
    // Without a database the server hears of no revocation. The check passes only within a second of the
    // last heartbeat of the database. After that, access checks fail closed.
    const check = await app.post('/api/auth/verify', { token: ada.accessToken });
    expect([200, 503]).toContain(check.status);
    await app.get('/health/live').expect(200);
    await small.free();
    await expectRecovery(app, ada, acknowledged);
  });
});

/** Writes only to the write-ahead log until its disk is full. */
async function useUpLog({ sql }: TestApp): Promise<void> {
  for (;;) {
    try {
      await sql.query(`SELECT pg_logical_emit_message(false, 'filler', repeat('x', 4000000))`);
    } catch {
      return;
    }
  }
}
