import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { munjigi } from '../support/command-line.js';
import { isInstalled, skipNotice, startPgBouncer } from '../support/debian-server.js';
import { eventually } from '../support/eventually.js';
import { given, unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const hasPgBouncer = isInstalled('pgbouncer');
if (!hasPgBouncer) skipNotice('pgbouncer', 'pgbouncer');

(hasPgBouncer ? describe : describe.skip)('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: Awaited<ReturnType<typeof startPgBouncer>>;
  let app: TestApp;
  let other: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    for (const setting of [`DateStyle = 'SQL, DMY'`, `TimeZone = 'Asia/Seoul'`])
      await database.pool.query(`ALTER DATABASE ${database.name} SET ${setting}`);
    bouncer = await startPgBouncer(database.url);
    const env = { DATABASE_URL: bouncer.url, DATABASE_DIRECT_URL: database.url, LOG_LEVEL: 'info' };
    app = await TestApp.start({ database, env });
    other = await app.replica();
  });
  afterAll(async () => {
    await app?.stop();
    await bouncer?.stop();
    await database?.drop();
  });

  it('sign-up, password reset, login and the end of sessions work, and mail is sent', async () => {
    const member = await given.member(app);
    const after = (await mailbox.to(member.email).all()).at(-1)!;
    const { body: reset } = await app.post('/api/auth/password-reset/send-code', { email: member.email }).expect(202);
    const mail = await mailbox.to(member.email).next({ after });
    const confirmation = { requestId: reset.requestId, code: mail.code };
    const { body: grant } = await app.post('/api/auth/password-reset/confirm-code', confirmation).expect(200);
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, grant.resetToken).expect(204);
    await app.post('/api/auth/login', { identifier: member.loginId, password: newPassword }).expect(200);
    await app.get('/api/members/me', member.accessToken).expect(401);
    expect(app.logs.join('\n')).not.toContain('DeprecationWarning');
  });

  it('dates are read right, whatever format and time zone the database has', async () => {
    const member = await given.member(app);
    const { body } = await app.get('/api/auth/sessions', member.accessToken).expect(200);
    expect(Math.abs(Date.now() - Date.parse(body.items[0].createdAt))).toBeLessThan(3_600_000);
  });

  it('many requests share few connections, whatever statements ran on them before', async () => {
    const members = await Promise.all(Array.from({ length: 6 }, () => given.member(app)));
    const chains = members.map(async ({ refreshToken, client }) => {
      for (let token = refreshToken, round = 0; round < 10; round += 1) {
        const { body } = await client.post('/api/auth/refresh', undefined, token).expect(200);
        expect(body.outcome).toBe('rotated');
        token = body.refreshToken;
      }
    });
    await Promise.all(chains);
    const { rows } = await database.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1 AND application_name = 'munjigi'`,
      [database.name],
    );
    expect(rows[0]!.count).toBeLessThanOrEqual(3);
  });

  it('TK-09 MI-01 a logout on one replica reaches the other, whose feed is live', async () => {
    const member = await given.member(app);
    await other.get('/api/members/me', member.accessToken).expect(200);
    // Without a live feed each request would ask the database.
    await eventually('a live feed', async () => {
      const { text } = await other.get('/metrics').expect(200);
      return text.includes('munjigi_revocation_feed_live 1') || undefined;
    });
    await app.post('/api/auth/logout', undefined, member.accessToken).expect(204);
    await eventually('the other replica refuses', async () => {
      const { status } = await other.get('/api/members/me', member.accessToken);
      return status === 401 ? true : undefined;
    });
  });

  it('a command that cannot run through PgBouncer refuses with a reason and does not wait', async () => {
    const { code, stderr } = await munjigi(['keys', 'reseal', '--check'], { DATABASE_URL: bouncer.url });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^The database .*unsupported startup parameter/)]);
  });
});
