import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

describe('test server', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(async () => {
    await app.stop();
  });

  it('it creates a member through the API and a real mail', async () => {
    const ada = await given.member(app);
    expect(ada.id).toMatch(/^[0-9a-f-]{36}$/);
    await outboxEmpty(app);
    expect(await mailbox.to(ada.email).all()).not.toEqual([]);
  });

  it('it keeps its data after a kill and a restart', async () => {
    const ada = await given.member(app);
    await app.kill();
    await app.restart();
    const { rowCount } = await app.sql.query('SELECT FROM members WHERE id = $1', [ada.id]);
    expect(rowCount).toBe(1);
    await app.get('/health/ready').expect(200);
  });

  it('a second server joins on the same database, and stops cleanly', async () => {
    const replica = await app.replica();
    expect(replica.origin).not.toBe(app.origin);
    await replica.get('/health/ready').expect(200);
    expect(await replica.stop()).toBe(0);
    await app.get('/health/ready').expect(200);
  });

  it('reading its log fails unless it has a LOG_LEVEL, because the default leaves most lines out', () => {
    expect(() => app.logs).toThrow('set LOG_LEVEL in `env`');
  });

  it('a raw connection gets the raw response', async () => {
    const answer = await app.raw('GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('shared server', () => {
  const env = { PUBLIC_URL: 'https://accounts.example.test' };

  it('the same settings give the same running server and its rows, other settings give another server', async () => {
    const app = await TestApp.shared({ env });
    const ada = await given.member(app);
    const [again, plain] = await Promise.all([TestApp.shared({ env: { ...env } }), TestApp.shared()]);
    const { origin } = app;
    expect(plain.origin).not.toBe(origin);
    await Promise.all([app.stop(), again.stop(), plain.stop()]);
    const later = await TestApp.shared({ env });
    expect([again, later].map((server) => server.database.name)).toEqual([app.database.name, app.database.name]);
    expect(later.origin).toBe(origin);
    await later.client().post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(200);
    await later.stop();
  });

  it('a server that did not start is started again for the next file', async () => {
    const folder = path.join(os.tmpdir(), `munjigi-texts-${randomUUID()}`);
    const asked = { env: { MAIL_TEMPLATES_DIR: folder } };
    await expect(TestApp.shared(asked)).rejects.toThrow('MAIL_TEMPLATES_DIR');
    await mkdir(path.join(folder, 'ko'), { recursive: true });
    const app = await TestApp.shared(asked);
    await app.get('/health/ready').expect(200);
    await app.stop();
    await rm(folder, { recursive: true });
  });

  it('no other file gets a server that one file still uses', async () => {
    const worker = process.env.JEST_WORKER_ID;
    const app = await TestApp.shared();
    await (await TestApp.shared()).stop(); // taken twice, returned once
    process.env.JEST_WORKER_ID = `${worker} other`;
    const other = await TestApp.shared().finally(() => (process.env.JEST_WORKER_ID = worker));
    expect(other.origin).not.toBe(app.origin);
    await Promise.all([app.stop(), other.stop()]);
  });
});

describe('kept code', () => {
  it('the migration before all tests left its compiled code to later commands', async () => {
    const { TEST_KEPT_CODE, NODE_COMPILE_CACHE } = process.env;
    const files = await readdir((TEST_KEPT_CODE ?? NODE_COMPILE_CACHE)!);
    expect(files).toContainEqual(expect.stringMatching(TEST_KEPT_CODE ? /^programs\.cjs\.munjigi\.\d+$/ : /./));
  });
});
