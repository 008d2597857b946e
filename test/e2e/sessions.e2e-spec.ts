import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { RequestOptions } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { expectSessionEnded, expectRefusal } from '../support/refusals.js';
import { TestApp } from '../support/test-app.js';
import { adminUrl } from '../support/test-database.js';

/** The default of the setting with this name. */
const SESSIONS_PER_MEMBER = 20;
const FIREFOX_ON_ANDROID = 'Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0';

/** Two processes on one database, as behind a load balancer. */
let app: TestApp;
let other: TestApp;

beforeAll(async () => {
  app = await TestApp.shared();
  other = await app.replica();
});
afterAll(() => app.stop());

async function logIn(member: GivenMember, more: object = {}, at = app): Promise<any> {
  const credentials = { identifier: member.loginId, password: member.password, ...more };
  return (await at.post('/api/auth/login', credentials).expect(200)).body;
}

async function liveSessions(member: GivenMember): Promise<string[]> {
  const { rows } = await app.sql.query<{ id: string }>(
    'SELECT id FROM sessions WHERE member_id = $1 AND ended_at IS NULL ORDER BY id',
    [member.id],
  );
  return rows.map(({ id }) => id);
}

async function expectAlive({ accessToken }: { accessToken: string }): Promise<void> {
  for (const at of [app, other]) await at.get('/api/members/me', accessToken).expect(200);
}

async function expectOver(tokens: { accessToken: string; refreshToken: string }): Promise<void> {
  await expectSessionEnded(tokens.accessToken, app, other);
  for (const at of [app, other])
    expectRefusal(await at.post('/api/auth/refresh', undefined, tokens.refreshToken), 'session_ended');
}

describe('logout', () => {
  it.each(['accessToken', 'refreshToken'] as const)(
    'SS-01 TK-09 with the %s it ends both tokens at once on every process, and no other session',
    async (kind) => {
      const ada = await given.member(app);
      const elsewhere = await logIn(ada);
      await app.post('/api/auth/logout', undefined, ada[kind]).expect(204);
      // The process that acknowledged it refuses the token at once.
      expectRefusal(await app.get('/api/members/me', ada.accessToken), 'session_ended');
      expectRefusal(await other.post('/api/auth/refresh', undefined, ada.refreshToken), 'session_ended');
      await expectOver(ada);
      await expectAlive(elsewhere);
      expect(await liveSessions(ada)).toEqual([elsewhere.sessionId]);
    },
  );

  it('SS-01 it may be repeated with either token on either process and changes nothing more', async () => {
    const ada = await given.member(app);
    for (const token of [ada.refreshToken, ada.accessToken, ada.refreshToken]) {
      for (const at of [app, other]) {
        const answer = await at.post('/api/auth/logout', undefined, token).expect(204);
        expect(answer.text).toBe('');
      }
    }
    const { rows } = await app.sql.query(
      `SELECT details FROM security_events WHERE member_id = $1 AND type = 'session.ended'`,
      [ada.id],
    );
    expect(rows).toEqual([{ details: { reason: 'logout' } }]);
  });

  it('it works with an older refresh token of the session, and with one in the body', async () => {
    const ada = await given.member(app);
    const { body: next } = await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    await app.post('/api/auth/logout', undefined, ada.refreshToken).expect(204);
    await expectOver(next);
    const again = await logIn(ada);
    await app.post('/api/auth/logout', { refreshToken: again.refreshToken }).expect(204);
    await expectOver(again);
  });

  it('without a valid token it is refused and ends nothing', async () => {
    const ada = await given.member(app);
    for (const token of [undefined, 'x', ada.deviceToken, ada.sessionId])
      expectRefusal(await app.post('/api/auth/logout', undefined, token), 'token_invalid');
    await app.post('/api/auth/logout', { sessionId: ada.sessionId }).expect(401);
    await expectAlive(ada);
  });
});

describe('session list', () => {
  it('SS-02 it shows sessions in readable words, without tokens', async () => {
    const ada = await given.member(app);
    const phone = app.client({ headers: { 'user-agent': FIREFOX_ON_ANDROID } });
    const credentials = { identifier: ada.loginId, password: ada.password, deviceName: '  Ada’s phone ' };
    const { body: login } = await phone.post('/api/auth/login', credentials).expect(200);

    const { body, text } = await phone.get('/api/auth/sessions', login.accessToken).expect(200);
    expect(Object.keys(body)).toEqual(['items']);
    expect(body.items).toEqual([
      {
        id: login.sessionId,
        deviceName: 'Ada’s phone',
        browser: 'Firefox',
        os: 'Android',
        ip: phone.ip,
        country: null,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        lastUsedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        current: true,
        bound: false,
      },
      expect.objectContaining({ id: ada.sessionId, deviceName: null, ip: ada.client.ip, current: false }),
    ]);
    for (const token of [login.accessToken, login.refreshToken, login.deviceToken, ada.refreshToken, ada.deviceToken]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain(token.split('.').at(-1));
    }
    const { body: seenFromHome } = await app.get('/api/auth/sessions', ada.accessToken).expect(200);
    expect(seenFromHome.items.find(({ current }: any) => current).id).toBe(ada.sessionId);
  });

  it.each([
    ['1.212.3.4:51344', '1.212.3.4', 'KR'],
    ['::ffff:1.212.3.4', '1.212.3.4', 'KR'],
    ['[2001:DB8:0::7]:443', '2001:db8::7', null],
  ])('BF-02 SS-02 it shows an address in one notation when a proxy writes it as %s', async (written, ip, country) => {
    const ada = await given.member(app);
    const client = app.client({ ip: written });
    const { body } = await client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    const { items } = (await app.get('/api/auth/sessions', body.accessToken).expect(200)).body;
    expect(items).toContainEqual(expect.objectContaining({ current: true, ip, country }));
    const { items: events } = (await app.get('/api/members/me/security-events', body.accessToken).expect(200)).body;
    expect(events[0]).toMatchObject({ ip });
  });

  it('SS-02 it holds only the member’s own live sessions, last used first', async () => {
    const [ada, eve] = await Promise.all([given.member(app), given.member(app)]);
    const [loggedOut, lapsed, second] = [await logIn(ada), await logIn(ada), await logIn(ada)];
    await app.post('/api/auth/logout', undefined, loggedOut.accessToken).expect(204);
    await app.sql.query('UPDATE sessions SET idle_expires_at = now() WHERE id = $1', [lapsed.sessionId]);
    await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);

    const idsFor = async (token: string): Promise<string[]> =>
      (await app.get('/api/auth/sessions', token).expect(200)).body.items.map(({ id }: any) => id);
    expect(await idsFor(second.accessToken)).toEqual([ada.sessionId, second.sessionId]);
    expect(await idsFor(eve.accessToken)).toEqual([eve.sessionId]);
    expectRefusal(await app.get('/api/auth/sessions'), 'token_invalid');
    expectRefusal(await app.get('/api/auth/sessions', loggedOut.accessToken), 'session_ended');
  });

  it('SS-02 an expired session can no longer be ended and is not reported as ended', async () => {
    const ada = await given.member(app);
    const [expired, other] = [await logIn(ada), await logIn(ada)];
    await app.sql.query('UPDATE sessions SET idle_expires_at = now() WHERE id = $1', [expired.sessionId]);
    await app.delete(`/api/auth/sessions/${expired.sessionId}`, undefined, ada.accessToken).expect(404);
    await app.delete('/api/auth/sessions', undefined, ada.accessToken).expect(204);
    const { items } = (await app.get('/api/members/me/security-events', ada.accessToken).expect(200)).body;
    const ended = items.filter(({ type }: any) => type === 'session.ended').map(({ sessionId }: any) => sessionId);
    expect(ended).toEqual([other.sessionId]);
  });

  it('it shows the address of the last refresh', async () => {
    const ada = await given.member(app);
    const train = app.client();
    const { body: next } = await train.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    const { body } = await app.get('/api/auth/sessions', next.accessToken).expect(200);
    expect(body.items).toEqual([expect.objectContaining({ id: ada.sessionId, ip: train.ip })]);
  });
});

describe('ending sessions', () => {
  it('SS-02 one session ends at once and the rest stay', async () => {
    const ada = await given.member(app);
    const lost = await logIn(ada);
    await app.delete(`/api/auth/sessions/${lost.sessionId.toUpperCase()}`, undefined, ada.accessToken).expect(204);
    await expectOver(lost);
    await expectAlive(ada);
    const again = await app.delete(`/api/auth/sessions/${lost.sessionId}`, undefined, ada.accessToken);
    expect(again).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('SS-02 another member’s session is answered with 404 like an unknown one, and stays', async () => {
    const [ada, eve] = await Promise.all([given.member(app), given.member(app)]);
    const strange = [ada.sessionId, randomUUID(), 'me', '1', `${ada.sessionId}x`, '%00', "'%20OR%20true--"];
    const answers = await Promise.all(
      strange.map((id) => app.delete(`/api/auth/sessions/${id}`, undefined, eve.accessToken)),
    );
    for (const { status, body } of answers) {
      expect([status, body.code, body.detail]).toEqual([404, 'not_found', answers[0]!.body.detail]);
    }
    await app.delete('/api/auth/sessions?includeCurrent=true', undefined, eve.accessToken).expect(204);
    await expectOver(eve);
    await expectAlive(ada);
    await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    const { rows } = await app.sql.query('SELECT ended_at, end_reason FROM sessions WHERE member_id = $1', [ada.id]);
    expect(rows).toEqual([{ ended_at: null, end_reason: null }]);
  });

  it('CC-09 ending another session ends the address change that was begun in it; ending the current one keeps it', async () => {
    const ada = await given.member(app);
    const lost = await logIn(ada);
    const confirmAfterEnd = async ({ accessToken, sessionId }: { accessToken: string; sessionId: string }) => {
      const newEmail = unique.email();
      await app.post('/api/members/me/email/send-code', { newEmail, password: ada.password }, accessToken).expect(202);
      const { linkToken: token } = await mailbox.to(newEmail).next();
      await app.delete(`/api/auth/sessions/${sessionId}`, undefined, ada.accessToken).expect(204);
      return app.post('/api/members/me/email/confirm-link', { token });
    };
    expect(await confirmAfterEnd(lost)).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
    expect((await confirmAfterEnd(ada)).status).toBe(204);
  });

  it('SS-02 all other sessions end and the current one stays', async () => {
    const ada = await given.member(app);
    const others = [await logIn(ada), await logIn(ada, {}, other)];
    await other.delete('/api/auth/sessions', undefined, ada.accessToken).expect(204);
    for (const session of others) await expectOver(session);
    await expectAlive(ada);
    expect(await liveSessions(ada)).toEqual([ada.sessionId]);
  });

  it('SS-02 ending other sessions needs a login or password check in the last minutes; ending only the current one does not', async () => {
    const [ada, eve] = await Promise.all([given.member(app), given.member(app)]);
    const [lost, kept] = [await logIn(ada), await logIn(ada)];
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '301 seconds' WHERE id = $1`, [
      ada.sessionId,
    ]);
    // A foreign session and an unknown one get the same answer.
    const paths = [...[lost.sessionId, eve.sessionId, randomUUID()].map((id) => `/${id}`), '', '?includeCurrent=true'];
    for (const path of paths) {
      const answer = await app.delete(`/api/auth/sessions${path}`, undefined, ada.accessToken);
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'reauth_required']);
    }
    for (const session of [ada, lost, kept, eve]) await expectAlive(session);

    await app.post('/api/auth/reauthenticate', { password: ada.password }, ada.accessToken).expect(204);
    await app.delete(`/api/auth/sessions/${lost.sessionId}`, undefined, ada.accessToken).expect(204);
    await expectOver(lost);
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '301 seconds' WHERE id = $1`, [
      ada.sessionId,
    ]);
    await app.delete(`/api/auth/sessions/${ada.sessionId.toUpperCase()}`, undefined, ada.accessToken).expect(204);
    await expectOver(ada);
    await expectAlive(kept);
  });

  it('SS-01 all sessions end only on an explicit request', async () => {
    const ada = await given.member(app);
    const session = await logIn(ada);
    for (const query of ['includeCurrent=1', 'includeCurrent=', 'includeCurrent=TRUE', 'all=true'])
      await app.delete(`/api/auth/sessions?${query}`, undefined, ada.accessToken).expect(422);
    await app
      .delete('/api/auth/sessions?includeCurrent=true&includeCurrent=false', undefined, ada.accessToken)
      .expect(422);
    await expectAlive(session);
    await app.delete('/api/auth/sessions?includeCurrent=true', undefined, ada.accessToken).expect(204);
    for (const tokens of [session, ada]) await expectOver(tokens);
    expect(await liveSessions(ada)).toEqual([]);
  });
});

describe('login', () => {
  it('SS-03 each session gets a new id, whatever the client sends', async () => {
    const ada = await given.member(app);
    const cookie = `munjigi-refresh=${ada.refreshToken}; session=${ada.sessionId}; sid=${ada.sessionId}`;
    const body = { identifier: ada.loginId, password: ada.password };
    const fixations: RequestOptions[] = [
      { body },
      { body, headers: { cookie } },
      { body, headers: { 'x-session-id': ada.sessionId } },
      { body, token: ada.accessToken },
    ];
    const ids = [ada.sessionId];
    for (const options of fixations)
      ids.push((await app.request('POST', '/api/auth/login', options).expect(200)).body.sessionId);
    expect(new Set(ids).size).toBe(fixations.length + 1);
    for (const field of ['sessionId', 'sid', 'id'])
      await app.post('/api/auth/login', { ...body, [field]: randomUUID() }).expect(422);
  });

  it('SS-04 at the limit the session unused for longest ends', async () => {
    const ada = await given.member(app);
    const sessions = [ada];
    while (sessions.length < SESSIONS_PER_MEMBER) sessions.push(await logIn(ada));
    const [oldest, next] = sessions;
    await app.post('/api/auth/refresh', undefined, oldest!.refreshToken).expect(200);
    const newest = await logIn(ada, {}, other);
    await expectOver(next!);
    for (const session of [oldest!, ...sessions.slice(2), newest]) await expectAlive(session);
    const { rows } = await app.sql.query('SELECT end_reason FROM sessions WHERE id = $1', [next!.sessionId]);
    expect(rows).toEqual([{ end_reason: 'too-many-sessions' }]);
  });

  it('SS-04 fifty logins at the same moment all succeed and stay within the limit', async () => {
    const ada = await given.member(app);
    const logins = await Promise.all(Array.from({ length: 50 }, (_, i) => logIn(ada, {}, i % 2 ? app : other)));
    const live = await liveSessions(ada);
    expect(live).toHaveLength(SESSIONS_PER_MEMBER);
    expect(new Set(logins.map(({ sessionId }) => sessionId)).size).toBe(50);
    for (const login of logins) {
      if (live.includes(login.sessionId)) await expectAlive(login);
      else await expectSessionEnded(login.accessToken, app, other);
    }
    await expectSessionEnded(ada.accessToken, app, other);
    const { body } = await app.get(
      '/api/auth/sessions',
      logins.find(({ sessionId }) => live.includes(sessionId)).accessToken,
    );
    expect(body.items.map(({ id }: any) => id).sort()).toEqual(live);
  });
});

describe('device', () => {
  it('it gets a device token at its first login only', async () => {
    const ada = await given.member(app);
    expect(ada.deviceToken).toEqual(expect.any(String));
    const phone = await logIn(ada, { deviceName: 'phone' });
    expect(phone.deviceToken).not.toBe(ada.deviceToken);
    for (const deviceToken of [ada.deviceToken, phone.deviceToken, ada.deviceToken])
      expect(await logIn(ada, { deviceToken }, other)).not.toHaveProperty('deviceToken');

    const { rows } = await app.sql.query(
      `SELECT details->'newDevice' AS new FROM security_events WHERE member_id = $1 AND type = 'login.succeeded' ORDER BY id`,
      [ada.id],
    );
    expect(rows.map((row) => row.new)).toEqual([true, true, false, false, false]);
  });

  it('a forged or foreign device token has no effect', async () => {
    const [ada, eve] = await Promise.all([given.member(app), given.member(app)]);
    const tokens = [eve.deviceToken, 'x', ada.sessionId, ada.deviceToken.slice(0, -1), `${ada.deviceToken}A`];
    for (const deviceToken of tokens) {
      const login = await logIn(ada, { deviceToken });
      expect(login.deviceToken).toMatch(/^[\w-]{43}$/);
      expect(login.deviceToken).not.toBe(deviceToken);
    }
    for (const deviceToken of ['', 'a b', null, 5, [ada.deviceToken], 'x'.repeat(2049)]) {
      const body = { identifier: ada.loginId, password: ada.password, deviceToken };
      await app.post('/api/auth/login', body).expect(422);
    }
    expect(await logIn(eve, { deviceToken: eve.deviceToken })).not.toHaveProperty('deviceToken');
  });
});

describe('a process without revocation messages', () => {
  const listeners = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'munjigi-listen'`;

  const until = (isSo: string): Promise<true> =>
    eventually(isSo, async () => {
      const { rows } = await app.sql.query<{ so: boolean }>(`SELECT (${isSo}) AS so`);
      return rows[0]!.so || undefined;
    });

  /** Runs `work` while the database accepts no new connections; open connections continue. */
  async function withoutNewConnections(work: () => Promise<void>): Promise<void> {
    const admin = new pg.Client({ connectionString: adminUrl() });
    await admin.connect();
    const name = pg.escapeIdentifier(app.database.name);
    try {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await work();
    } finally {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await admin.end();
    }
  }

  it('TK-09 it asks the database, refuses what was revoked, and still does after reconnecting', async () => {
    const [ada, bob] = await Promise.all([given.member(app), given.member(app)]);
    await expectAlive(ada);
    await withoutNewConnections(async () => {
      await app.sql.query(`SELECT pg_terminate_backend(pid) ${listeners}`);
      await until(`SELECT count(*) = 0 ${listeners}`);
      await app.post('/api/auth/logout', undefined, ada.accessToken).expect(204);
      await expectOver(ada);
      // It checks the database, so other members are still accepted.
      await expectAlive(bob);
      // It does ask the database: no notification was sent for this.
      await app.sql.query('UPDATE sessions SET ended_at = now() WHERE id = $1', [bob.sessionId]);
      await expectSessionEnded(bob.accessToken, app, other);
      await app.sql.query('UPDATE sessions SET ended_at = NULL WHERE id = $1', [bob.sessionId]);
      await expectAlive(bob);
    });

    // A process that receives revocation messages reads no table, so it accepts a session that only the table has ended.
    await app.sql.query('UPDATE sessions SET ended_at = now() WHERE id = $1', [bob.sessionId]);
    for (const at of [app, other])
      await eventually('the process hears of revocations', async () => {
        const { status } = await at.get('/api/members/me', bob.accessToken);
        return status === 200 || undefined;
      });
    await app.sql.query('UPDATE sessions SET ended_at = NULL WHERE id = $1', [bob.sessionId]);
    for (const at of [app, other]) expectRefusal(await at.get('/api/members/me', ada.accessToken), 'session_ended');
    // After reconnecting the process has read what it missed, and no longer asks the table.
    await app.sql.query('UPDATE sessions SET ended_at = NULL WHERE id = $1', [ada.sessionId]);
    await expectSessionEnded(ada.accessToken, app, other);
    await expectAlive(bob);
    await app.post('/api/auth/logout', undefined, bob.accessToken).expect(204);
    await expectOver(bob);
  });

  it('TK-09 it misses no revocation, however often the connection is cut', async () => {
    const ada = await given.member(app);
    const credentials = { deviceToken: ada.deviceToken };
    for (let round = 0; round < 15; round++) {
      const login = await logIn(ada, credentials);
      const cut = app.sql.query(`SELECT pg_terminate_backend(pid) ${listeners}`);
      await Promise.all([cut, app.post('/api/auth/logout', undefined, login.refreshToken).expect(204)]);
      await expectOver(login);
    }
  });
});
