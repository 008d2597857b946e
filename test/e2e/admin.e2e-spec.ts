import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenDeadMail } from '../support/dead-mail.js';
import { givenApiKey } from '../support/api-keys.js';
import { addPasskey, confirmPasskey } from '../support/passkeys.js';
import { givenAdmin, promote, type GivenAdmin } from '../support/admins.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox, outboxEmpty, type Mail } from '../support/mailbox.js';
import { countPgSleeps } from '../support/pg-sleep-counter.js';
import { askFor, resetTokenFor } from '../support/recovery.js';
import { expectSessionEnded, expectRefusal } from '../support/refusals.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts, howMany } from '../support/test-length.js';
import { TokenForge } from '../support/token-forge.js';
import { codeAt, enrol } from '../support/second-factor.js';

allowManyStarts();

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let app: TestApp;
let replica: TestApp;
let admin: GivenAdmin;
beforeAll(async () => {
  app = await TestApp.start({ env: { LOG_LEVEL: 'warn' } });
  [replica, admin] = await Promise.all([app.replica(), givenAdmin(app)]);
});
afterAll(() => app.stop());

const login = (member: GivenMember, password = member.password) =>
  app.client().post('/api/auth/login', { identifier: member.loginId, password });

/** Sends a request as the administrator and checks its status. */
const act = async (method: string, path: string, status: number, body?: object): Promise<HttpAnswer> =>
  admin.client.request(method, `/api/admin/${path}`, { token: admin.accessToken, body }).expect(status);

const lastMail = async (address: string): Promise<Mail> => (await mailbox.to(address).all()).at(-1)!;

/** The audit log rows of a member, newest first. */
async function auditOf(memberId: string) {
  const { rows } = await app.sql.query(
    `SELECT type, actor_id AS "actorId", request_id AS "requestId", ip, details FROM security_events WHERE member_id = $1 ORDER BY id DESC`,
    [memberId],
  );
  return rows;
}

/**
 * Every operation under /api/admin in the OpenAPI document of the running server, so that new ones
 * are included.
 */
async function adminOperations(): Promise<{ method: string; path: string }[]> {
  const { body } = await app.get('/docs-json').expect(200);
  return Object.entries<Record<string, any>>(body.paths)
    .filter(([path]) => path.startsWith('/api/admin/'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, UNKNOWN_ID),
      })),
    );
}

describe('administration', () => {
  it('AD-01 requires an administrator with a second factor and, for changes, a recent login, on every operation', async () => {
    const operations = await adminOperations();
    expect(operations.length).toBeGreaterThan(20);
    const member = await given.member(app);
    const weak = await promote(app, await given.member(app));
    const stale = await givenAdmin(app);
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '6 minutes' WHERE member_id = $1`, [
      stale.id,
    ]);
    const other = await given.member(app);
    const resetToken = await resetTokenFor(app, other);
    const refused = (method: string) => (method === 'GET' ? undefined : [403, 'reauth_required']);
    for (const { method, path } of operations) {
      const body = method === 'PATCH' ? { role: 'member' } : undefined;
      const ask = async (token?: string) => {
        const answer = await app.client().request(method, path, { token, body });
        return [answer.status, answer.body?.code];
      };
      expect([method, path, 'anonymous', await ask()]).toEqual([method, path, 'anonymous', [401, 'token_invalid']]);
      expect([method, path, 'member', await ask(member.accessToken)]).toEqual([
        ...[method, path, 'member', [403, 'forbidden']],
      ]);
      expect([method, path, 'weak', await ask(weak.accessToken)]).toEqual([
        ...[method, path, 'weak', [403, 'two_factor_required']],
      ]);
      const got = await ask(stale.accessToken);
      expect([method, path, 'stale', refused(method) ? got : undefined]).toEqual([
        ...[method, path, 'stale', refused(method)],
      ]);
      for (const token of [admin.refreshToken, resetToken])
        expect([method, path, await ask(token)]).toEqual([method, path, [401, 'token_invalid']]);
      const [status] = await ask(admin.accessToken);
      expect([method, path, [200, 404, 422].includes(status)]).toEqual([method, path, true]);
    }
    // A password check counts as a recent login.
    await app.post('/api/auth/reauthenticate', { password: stale.password }, stale.accessToken).expect(204);
    await app.post(`/api/admin/members/${other.id}/unlock`, undefined, stale.accessToken).expect(204);
  });

  it('AD-01 is closed to a demoted administrator at once, on every replica', async () => {
    const demoted = await givenAdmin(app);
    await replica.get('/api/admin/members', demoted.accessToken).expect(200);
    await act('PATCH', `members/${demoted.id}`, 200, { role: 'member' });
    // The session has ended (401). If a replica has not received that yet, the database check
    // refuses (403).
    for (const at of [app, replica]) {
      const { status } = await at.get('/api/admin/members', demoted.accessToken);
      expect([401, 403]).toContain(status);
    }
    await expectSessionEnded(demoted.accessToken, app, replica);
    await app.post('/api/auth/refresh', undefined, demoted.refreshToken).expect(401);
  });

  it('AD-01 checks the role in the database: a revoked role is refused even if the session still exists', async () => {
    const { id, accessToken } = await givenAdmin(app);
    await app.sql.query(`UPDATE members SET role = 'member' WHERE id = $1`, [id]);
    const { status, body } = await app.get('/api/admin/members', accessToken);
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });

  it('AD-01 refuses a token whose role was forged', async () => {
    const member = await enrol(await given.member(app));
    const forged = new TokenForge().alter('access', member.accessToken, { role: 'admin' });
    expect((await app.get('/api/admin/members', forged)).body.code).toBe('forbidden');
    // Alters the first character of the signature: the last one contains unused bits.
    const broken = forged.replace(/\.(.)([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`);
    expect((await app.get('/api/admin/members', broken)).status).toBe(401);
  });

  it('answers 404 for unknown ids and for text that is not an id', async () => {
    for (const id of [UNKNOWN_ID, 'me', "'; DROP TABLE members;--", '1', '..%2f', `${UNKNOWN_ID}%00`]) {
      const path = `members/${encodeURIComponent(id)}`;
      expect((await act('GET', path, 404)).body.code).toBe('not_found');
      await act('PATCH', path, 404, { role: 'admin' });
      for (const [method, what] of [
        ...[['POST', 'password-reset'] as const, ['DELETE', 'sessions'] as const],
        ...[['DELETE', 'totp'] as const, ['POST', 'unlock'] as const],
      ])
        await act(method, `${path}/${what}`, 404);
      await act('POST', `outbox/${encodeURIComponent(id)}/retry`, 404);
    }
  });
});

describe('member list', () => {
  it('AD-01 shows members without secrets', async () => {
    const ada = await enrol(await given.member(app, { name: 'Ada Lovelace' }));
    const { body } = await act('GET', `members/${ada.id}`, 200);
    expect(body).toEqual({
      id: ada.id,
      loginId: ada.loginId,
      email: ada.email,
      name: 'Ada Lovelace',
      locale: 'en',
      role: 'member',
      status: 'active',
      mustChangePassword: false,
      createdAt: expect.any(String),
      closedAt: null,
      hasPassword: true,
      secondFactors: ['totp'],
      passkeys: [],
      recoveryCodesLeft: 10,
      identities: [],
      sessionCount: 1,
      isWaiting: false,
    });
    const { rows } = await app.sql.query(`SELECT * FROM members WHERE id = $1`, [ada.id]);
    const { body: list, text } = await act('GET', `members?query=${ada.loginId}`, 200);
    const { secondFactors: _1, sessionCount: _2, isWaiting: _3, hasPassword: _4, ...others } = body;
    const { passkeys: _5, recoveryCodesLeft: _6, identities: _7, ...inList } = others;
    expect(list).toEqual({ items: [inList], nextCursor: null });
    for (const secret of [rows[0].password_hash, '$argon2', ada.secret, 'hash']) expect(text).not.toContain(secret);
  });

  it('finds members by the beginning of login ID, address or name, case-insensitively and without wildcards', async () => {
    const mark = unique.loginId();
    const ada = await given.member(app, {
      loginId: `${mark}x`,
      email: `Zoe.${mark}@example.test`,
      name: `민수 ${mark}`,
    });
    const search = async (query: string): Promise<string[]> =>
      (await act('GET', `members?query=${encodeURIComponent(query)}`, 200)).body.items.map(
        ({ id }: { id: string }) => id,
      );
    for (const query of [
      mark,
      mark.toUpperCase(),
      `zoe.${mark}`,
      `ZOE.${mark}@Example.test`,
      `zoe.${mark}@ex`,
      `민수 ${mark}`,
      `민수 ${mark}`.normalize('NFD'), // as in file names on Apple devices
    ])
      expect([query, await search(query)]).toEqual([query, [ada.id]]);
    for (const query of [`%${mark.slice(1)}`, mark.replace(/^./, '_'), `${mark}\\`, `.${mark}`, `${mark}@example.test`])
      expect([query, await search(query)]).toEqual([query, []]);
  });

  it('filters by status and role', async () => {
    const ada = await given.member(app);
    const list = async (filter: string) => (await act('GET', `members?query=${ada.loginId}&${filter}`, 200)).body.items;
    expect(await list('status=active&role=member')).toHaveLength(1);
    expect(await list('status=disabled')).toEqual([]);
    expect(await list('role=admin')).toEqual([]);
    const { body } = await act('GET', 'members?role=admin&limit=100', 200);
    expect(body.items.map(({ id }: { id: string }) => id)).toContain(admin.id);
    expect(body.items.every(({ role }: { role: string }) => role === 'admin')).toBe(true);
  });

  it('AD-01 returns each member once across pages, also if many were created at the same moment', async () => {
    const mark = unique.loginId();
    await app.sql.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale, created_at)
       SELECT gen_random_uuid(), $1 || n, $1 || n || '@example.test', $1 || n || '@example.test', '', 'en',
         timestamptz '2026-01-01T00:00:00.123456Z' + (n / 3) * interval '1 microsecond' FROM generate_series(1, 25) n`,
      [mark],
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const at: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await act('GET', `members?query=${mark}&limit=4${at}`, 200);
      expect(body.items.length).toBeLessThanOrEqual(4);
      seen.push(...body.items.map(({ loginId }: { loginId: string }) => loginId));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
  });

  it('AD-01 IV-05 accepts limits of 1 to 100 and only its own unaltered cursors', async () => {
    for (const limit of ['0', '101', '-1', '1e2', '1.5', 'many', '', '99999999999'])
      expect([limit, (await act('GET', `members?limit=${limit}`, 422)).body.errors[0].field]).toEqual([limit, 'limit']);
    await given.member(app);
    const { body } = await act('GET', 'members?limit=1', 200);
    const cursor: string = body.nextCursor;
    await act('GET', `members?limit=1&cursor=${cursor}`, 200);
    const altered = [...cursor].map(
      (letter, at) => cursor.slice(0, at) + (letter === 'A' ? 'B' : 'A') + cursor.slice(at + 1),
    );
    for (const bad of [
      ...altered.filter((_, at) => at % 7 === 0),
      ...['AAAA', '1', 'null', cursor.slice(0, -4), `${cursor}AAAA`, "'--", 'a'.repeat(3000)],
      Buffer.from(JSON.stringify({ id: UNKNOWN_ID, micros: '0' })).toString('base64url'),
    ])
      expect([bad, (await act('GET', `members?cursor=${encodeURIComponent(bad)}`, 422)).body.errors[0].field]).toEqual([
        bad,
        'cursor',
      ]);
    // Cursors of one list are refused by the others.
    await act('GET', `outbox?cursor=${cursor}`, 422);
    await act('GET', `security-events?cursor=${cursor}`, 422);
  });

  it('IV-05 handles hostile text in every field and in unknown fields', async () => {
    const texts = [
      ...["' OR 1=1--", "'; DROP TABLE members;--", "' || pg_sleep(20)--", '$1', '%', '_', '\\', '%00', '\u0000'],
      ...[
        'a\r\nb',
        '\ud800',
        '${7*7}',
        '{{7*7}}',
        '../../etc/passwd',
        '\u202e',
        "admin'/*",
        '"',
        ';',
        '0x31',
        '1 UNION SELECT',
      ],
    ];
    const sleeps = await countPgSleeps(app);
    for (const [list, fields] of Object.entries({
      members: ['query', 'status', 'role', 'limit', 'cursor', 'sort', 'order', 'password_hash', 'query[]', '__proto__'],
      'security-events': ['memberId', 'type', 'from', 'to', 'limit', 'cursor', 'sort'],
      outbox: ['status', 'limit', 'cursor', 'sort'],
    })) {
      for (const field of fields) {
        for (const text of texts) {
          const value = text === '\ud800' ? '%ed%a0%80' : encodeURIComponent(text);
          const answer = await app.get(`/api/admin/${list}?${field}=${value}`, admin.accessToken);
          const mayFind = field === 'query' && answer.status === 200;
          expect([list, field, text, mayFind || answer.status === 422]).toEqual([list, field, text, true]);
          expect(answer.text).not.toMatch(/syntax error|pg_|relation|column|at character|SELECT /i);
        }
      }
    }
    await act('GET', 'members?query=a&query=b', 422);
    expect(await sleeps()).toBe(0);
    expect(app.logs.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  });
});

describe('disabling a member', () => {
  it('a member who tried to log in many times while disabled can log in once enabled', async () => {
    const ada = await given.member(app);
    await act('PATCH', `members/${ada.id}`, 200, { status: 'disabled' });
    for (let attempt = 0; attempt < 11; attempt += 1) await login(ada).expect(401);
    await act('PATCH', `members/${ada.id}`, 200, { status: 'active' });
    await login(ada).expect(200);
  });

  it('TK-08 TK-09 ends sessions, logins and resets in progress; enabling restores only the login', async () => {
    const ada = await enrol(await given.member(app));
    const { body: waiting } = await login(ada).expect(200);
    const resetToken = await resetTokenFor(app, ada);
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    const { body } = await act('PATCH', `members/${ada.id}`, 200, { status: 'disabled' });
    expect(body).toMatchObject({ id: ada.id, status: 'disabled', sessionCount: 0 });

    await expectSessionEnded(ada.accessToken, app, replica);
    await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(401);
    const wrong = await login(ada, 'not the password at all');
    const right = await login(ada);
    expect([right.status, right.body.code]).toEqual([wrong.status, wrong.body.code]);
    const mail = await mailbox.to(ada.email).next({ after: before });
    expect(mail.text).toContain('An administrator has disabled your Munjigi account');
    expect(mail.text).not.toContain(admin.loginId);

    await act('PATCH', `members/${ada.id}`, 200, { status: 'active' });
    expect((await mailbox.to(ada.email).next({ after: mail })).text).toContain('You can log in again');
    // What disabling has ended stays ended.
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, resetToken).expect(401);
    await app.post('/api/auth/login/mfa', { mfaToken: waiting.mfaToken, code: codeAt(ada.secret, 1) }).expect(401);
    await app.get('/api/members/me', ada.accessToken).expect(401);
    const { body: again } = await login(ada).expect(200);
    await app.post('/api/auth/login/mfa', { mfaToken: again.mfaToken, code: codeAt(ada.secret, 1) }).expect(200);
  });

  it('TK-08 a reset that was issued at the moment of disabling does not work, also after enabling', async () => {
    const ada = await given.member(app);
    const { requestId, mail } = await askFor(app, 'password-reset', ada);
    const confirm = async (method: 'code' | 'link') => {
      const body = method === 'code' ? { requestId, code: mail.code } : { token: mail.linkToken };
      const answer = await app.post(`/api/auth/password-reset/confirm-${method}`, body);
      return [answer.status, answer.body.code];
    };
    await act('PATCH', `members/${ada.id}`, 200, { status: 'disabled' });
    await app.sql.query('UPDATE proof_requests SET voided_at = NULL WHERE member_id = $1', [ada.id]);
    expect(await confirm('code')).toEqual([400, 'code_invalid']);
    expect(await confirm('link')).toEqual([400, 'link_invalid']);
    await act('PATCH', `members/${ada.id}`, 200, { status: 'active' });
    expect(await confirm('code')).toEqual([400, 'code_invalid']);
    expect(await confirm('link')).toEqual([400, 'link_invalid']);
  });

  it('TK-08 prevents reset mails', async () => {
    const ada = await given.member(app);
    await act('PATCH', `members/${ada.id}`, 200, { status: 'disabled' });
    const count = await mailbox.count(ada.email, app);
    await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    await mailbox.expectNone(ada.email, app, count);
    const { status, body } = await act('POST', `members/${ada.id}/password-reset`, 409);
    expect([status, body.code]).toEqual([409, 'member_not_active']);
  });

  it('is refused for a closed account, which only its owner can restore', async () => {
    const ada = await given.member(app);
    await ada.client.delete('/api/members/me', { password: ada.password }, ada.accessToken).expect(204);
    for (const change of [{ status: 'active' }, { status: 'disabled' }, { role: 'admin' }])
      expect((await act('PATCH', `members/${ada.id}`, 409, change)).body.code).toBe('member_not_active');
    expect((await act('PATCH', `members/${ada.id}`, 422, { status: 'closed' })).body.errors[0].field).toBe('status');
    expect((await act('PATCH', `members/${ada.id}`, 422, {})).body.errors[0].code).toBe('one_of_needed');
  });

  it('AD-01 mails nothing if the value is already set, and records only that the answer shows the member', async () => {
    const ada = await given.member(app);
    const events = await auditOf(ada.id);
    const mails = await mailbox.count(ada.email, app);
    const { body } = await act('PATCH', `members/${ada.id}`, 200, { status: 'active', role: 'member' });
    expect(body.email).toBe(ada.email);
    expect(await auditOf(ada.id)).toEqual([
      expect.objectContaining({ type: 'member.viewed', actorId: admin.id, details: { what: 'details' } }),
      ...events,
    ]);
    await mailbox.expectNone(ada.email, app, mails);
    await app.get('/api/members/me', ada.accessToken).expect(200);
  });
});

describe('roles', () => {
  it('TK-09 a change takes effect at once: tokens with the old role stop working, and the next login has the new role', async () => {
    const ada = await enrol(await given.member(app));
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    await act('PATCH', `members/${ada.id}`, 200, { role: 'admin' });
    await expectSessionEnded(ada.accessToken, app);
    expect((await mailbox.to(ada.email).next({ after: before })).text).toContain('made you an administrator');
    const { body: waiting } = await login(ada).expect(200);
    const { body: tokens } = await app
      .post('/api/auth/login/mfa', { mfaToken: waiting.mfaToken, code: codeAt(ada.secret, 1) })
      .expect(200);
    expect((await app.post('/api/auth/verify', { token: tokens.accessToken })).body).toMatchObject({ role: 'admin' });
    await app.get('/api/admin/members', tokens.accessToken).expect(200);
    await act('PATCH', `members/${ada.id}`, 200, { role: 'member' });
    await app.get('/api/admin/members', tokens.accessToken).expect(401);
  });
});

describe('a password reset demanded by an administrator', () => {
  it('AD-02 mails a link instead of a password; the old password only leads to a new one', async () => {
    const ada = await given.member(app);
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    const { text } = await act('POST', `members/${ada.id}/password-reset`, 202);
    expect(text).toBe('');
    await expectSessionEnded(ada.accessToken, app);
    const { rows } = await app.sql.query('SELECT password_version, must_change_password FROM members WHERE id = $1', [
      ada.id,
    ]);
    expect(rows).toEqual([{ password_version: 2, must_change_password: true }]);
    const { body: half } = await login(ada).expect(200);
    expect(half).toEqual({
      status: 'password_change_required',
      resetToken: expect.any(String),
      expiresIn: expect.any(Number),
    });

    const mail = await mailbox.to(ada.email).next({ after: before });
    expect(mail.text).toContain('An administrator of Munjigi requires you to set a new password');
    expect(mail.code).toBeUndefined();
    const { body } = await app.post('/api/auth/password-reset/confirm-link', { token: mail.linkToken }).expect(200);
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, body.resetToken).expect(204);
    await login(ada).expect(401);
    expect((await login(ada, newPassword).expect(200)).body.status).toBe('authenticated');
    expect((await act('GET', `members/${ada.id}`, 200)).body.mustChangePassword).toBe(false);
  });

  it('AD-02 makes the old password void where it is compromised, so that an attacker who knows it cannot set the new one', async () => {
    const ada = await given.member(app);
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    await act('POST', `members/${ada.id}/password-reset`, 422, { reason: 'forgotten' });
    await act('POST', `members/${ada.id}/password-reset`, 202, { reason: 'compromised' });
    expectRefusal(await login(ada), 'invalid_credentials');
    const { linkToken } = await mailbox.to(ada.email).next({ after: before });
    const { body } = await app.post('/api/auth/password-reset/confirm-link', { token: linkToken }).expect(200);
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, body.resetToken).expect(204);
    expect((await login(ada, newPassword).expect(200)).body.status).toBe('authenticated');
    const [demanded] = (await auditOf(ada.id)).filter(({ type }) => type === 'password.reset_demanded');
    expect(demanded.details).toEqual({ reason: 'compromised' });
  });

  it('CC-04 refuses a login that read the member before and is still checking the password', async () => {
    const ada = await given.member(app);
    await login(ada, 'not the password at all').expect(401);
    const blocker = await app.sql.connect();
    try {
      await blocker.query('BEGIN');
      // The next attempt waits for the lock on this row, after it has read the member.
      const { rowCount } = await blocker.query(
        'SELECT FROM login_failures WHERE updated_at = (SELECT max(updated_at) FROM login_failures) FOR UPDATE',
      );
      expect(rowCount).toBe(1);
      const answer = login(ada).then((response) => response);
      await eventually('the login waits', async () => {
        const { rows } = await app.sql.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO login_failures%'`,
        );
        return rows.length > 0 || undefined;
      });
      await act('POST', `members/${ada.id}/password-reset`, 202);
      await blocker.query('COMMIT');
      expectRefusal(await answer, 'invalid_credentials');
    } finally {
      blocker.release();
    }
    const { rows } = await app.sql.query('SELECT FROM sessions WHERE member_id = $1 AND ended_at IS NULL', [ada.id]);
    expect(rows).toEqual([]);
    expect((await login(ada).expect(200)).body.status).toBe('password_change_required');
  });
});

/** Links an account at a provider. @returns the id of the link */
async function link({ id }: GivenMember): Promise<string> {
  const { rows } = await app.sql.query<{ id: string }>(
    `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'kakao', $2) RETURNING id`,
    [id, randomUUID()],
  );
  return rows[0]!.id;
}

describe('helping a member', () => {
  it('ends the sessions and notifies the member by mail', async () => {
    const ada = await given.member(app);
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    await act('DELETE', `members/${ada.id}/sessions`, 204);
    await expectSessionEnded(ada.accessToken, app);
    // Awaited before the login, which causes another mail.
    expect((await mailbox.to(ada.email).next({ after: before })).text).toContain('logged your Munjigi account out');
    await login(ada).expect(200);
  });

  it('AD-02 removes a lost second factor as a separate action that is audited and mailed', async () => {
    const ada = await enrol(await given.member(app, { locale: 'ko' }));
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    await act('DELETE', `members/${ada.id}/totp`, 204);
    // Awaited before the login, which causes another mail.
    expect((await mailbox.to(ada.email).next({ after: before })).text).toContain('2단계 인증을 껐습니다');
    expect((await login(ada).expect(200)).body.status).toBe('authenticated');
    expect((await auditOf(ada.id)).map(({ type }) => type)).toContain('two-factor.removed_by_admin');
    const { rowCount } = await app.sql.query('SELECT FROM recovery_codes WHERE member_id = $1', [ada.id]);
    expect(rowCount).toBe(0);
    expect((await act('DELETE', `members/${ada.id}/totp`, 409)).body.code).toBe('totp_not_enabled');
    await app.get('/api/members/me', ada.accessToken).expect(200); // the session goes on
  });

  it('AC-26 CC-09 ends one session alone, with what was begun in it, and notifies the member by mail', async () => {
    const ada = await given.member(app);
    const other = await given.member(app);
    const { body: phone } = await login(ada).expect(200);
    const begun = { newEmail: unique.email(), password: ada.password };
    await app.post('/api/members/me/email/send-code', begun, phone.accessToken).expect(202);
    const { linkToken: token } = await mailbox.to(begun.newEmail).next();
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    expect((await act('DELETE', `members/${other.id}/sessions/${phone.sessionId}`, 404)).body.code).toBe('not_found');
    await act('DELETE', `members/${ada.id}/sessions/${phone.sessionId}`, 204);
    await expectSessionEnded(phone.accessToken, app);
    await app.get('/api/members/me', ada.accessToken).expect(200);
    expect((await mailbox.to(ada.email).next({ after: before })).text).toContain('logged one device out');
    const [ended] = await auditOf(ada.id);
    expect(ended).toMatchObject({ type: 'session.ended', actorId: admin.id, details: { reason: 'ended-by-admin' } });
    const late = await app.post('/api/members/me/email/confirm-link', { token });
    expect(late).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
    expect((await act('DELETE', `members/${ada.id}/sessions/${phone.sessionId}`, 404)).body.code).toBe('not_found');
  });

  it('AC-26 removes one passkey of several, and the recovery codes with the last one', async () => {
    const ada = await addPasskey(await given.member(app), undefined, { name: 'Phone' });
    await confirmPasskey(ada, ada.authenticator);
    const { passkeyId: second } = await addPasskey(ada, undefined, { name: 'Tablet' });
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    const other = await given.member(app);
    await act('DELETE', `members/${other.id}/passkeys/${second}`, 404);
    await act('DELETE', `members/${ada.id}/passkeys/${second}`, 204);
    const first = await mailbox.to(ada.email).next({ after: before });
    expect([first.text, first.text]).toEqual([
      expect.stringContaining('Tablet'),
      expect.not.stringContaining('Two-step login is off'),
    ]);
    expect((await auditOf(ada.id))[0]).toMatchObject({
      ...{ type: 'passkey.removed', actorId: admin.id, details: { name: 'Tablet' } },
    });
    const { body: details } = await act('GET', `members/${ada.id}`, 200);
    expect(details.passkeys.map(({ id }: { id: string }) => id)).toEqual([ada.passkeyId]);
    await act('DELETE', `members/${ada.id}/passkeys/${ada.passkeyId}`, 204);
    expect((await mailbox.to(ada.email).next({ after: first })).text).toContain('Two-step login is off');
    const { rowCount } = await app.sql.query('SELECT FROM recovery_codes WHERE member_id = $1', [ada.id]);
    expect(rowCount).toBe(0);
    await app.get('/api/members/me', ada.accessToken).expect(200);
  });

  it('AC-26 unlinks one provider account, also the last way in: a mailed reset gets the member back in', async () => {
    const ada = await given.member(app);
    const other = await given.member(app);
    const { body: byProvider } = await login(ada).expect(200);
    await app.sql.query('UPDATE sessions SET at_provider = true WHERE id = $1', [byProvider.sessionId]);
    await app.sql.query('UPDATE members SET password_hash = NULL WHERE id = $1', [ada.id]);
    const identityId = await link(ada);
    await outboxEmpty(app);
    const before = await lastMail(ada.email);
    await act('DELETE', `members/${other.id}/identities/${identityId}`, 404);
    await act('DELETE', `members/${ada.id}/identities/${identityId}`, 204);
    expect((await mailbox.to(ada.email).next({ after: before })).text).toContain('unlinked your kakao account');
    expect((await auditOf(ada.id))[0]).toMatchObject({ type: 'identity.unlinked', actorId: admin.id });
    await expectSessionEnded(byProvider.accessToken, app);
    await app.get('/api/members/me', ada.accessToken).expect(200);
    expect((await act('GET', `members/${ada.id}`, 200)).body.identities).toEqual([]);
    expect(await resetTokenFor(app, ada)).toEqual(expect.any(String));
  });

  it.each(['totp', 'passkeys', 'identities'] as const)(
    'AC-26 CC-09 a reset token, which a login gives if the password must change, ends when %s are removed',
    async (way) => {
      const ada = await given.member(app);
      await app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
      let path = 'totp';
      if (way === 'totp') await enrol(ada);
      if (way === 'passkeys') path = `passkeys/${(await addPasskey(ada)).passkeyId}`;
      if (way === 'identities') path = `identities/${await link(ada)}`;
      const resetToken = await resetTokenFor(app, ada);
      await act('DELETE', `members/${ada.id}/${path}`, 204);
      const reset = await app.post('/api/auth/password-reset', { resetToken, newPassword: unique.password() });
      expectRefusal(reset, 'token_invalid');
    },
  );

  it('AC-26 refuses to remove the administrator’s own ways in, and refuses an API key', async () => {
    const { key } = await givenApiKey(app, ['members:write']);
    const ada = await given.member(app);
    for (const part of ['passkeys', 'identities']) {
      expect((await act('DELETE', `members/${admin.id}/${part}/${UNKNOWN_ID}`, 403)).body.code).toBe('forbidden');
      const byKey = await app.client().delete(`/api/admin/members/${ada.id}/${part}/${UNKNOWN_ID}`, undefined, key);
      expect([byKey.status, byKey.body.code]).toEqual([403, 'person_required']);
    }
  });

  it('AD-01 cannot remove the administrator’s own second factor', async () => {
    expect((await act('DELETE', `members/${admin.id}/totp`, 403)).body.code).toBe('forbidden');
    await act('GET', 'members', 200);
  });

  it('an administrator ends the waits after failed logins and failed second factors', async () => {
    const ada = await enrol(await given.member(app));
    await Promise.all(Array.from({ length: 12 }, () => login(ada, 'wrong wrong wrong')));
    await login(ada).expect(401);
    expect((await act('GET', `members/${ada.id}`, 200)).body.isWaiting).toBe(true);
    await act('POST', `members/${ada.id}/unlock`, 204);
    const { body: waiting } = await login(ada).expect(200);
    const answer = (code: string) => app.post('/api/auth/login/mfa', { mfaToken: waiting.mfaToken, code });
    for (let wrong = 0; wrong < 6; wrong += 1) await answer('000000');
    expect((await answer(codeAt(ada.secret, 1))).status).toBe(429);
    await act('POST', `members/${ada.id}/unlock`, 204);
    expect((await answer(codeAt(ada.secret, 1))).status).toBe(200);
  });
});

describe('the audit log', () => {
  it('SL-04 records actor, action, member and request; members see the action without the actor', async () => {
    const ada = await enrol(await given.member(app));
    for (const [method, path, status, body] of [
      ['POST', 'unlock', 204],
      ['DELETE', 'totp', 204],
      ['DELETE', 'sessions', 204],
      ['POST', 'password-reset', 202],
    ] as [string, string, number, object?][]) {
      await act(method, `members/${ada.id}/${path}`, status, body);
    }
    await act('PATCH', `members/${ada.id}`, 200, { status: 'disabled' });
    await act('PATCH', `members/${ada.id}`, 200, { status: 'active' });
    await act('PATCH', `members/${ada.id}`, 200, { role: 'admin' });
    await act('PATCH', `members/${ada.id}`, 200, { role: 'member' });
    const audit = (await auditOf(ada.id)).filter(({ actorId }) => actorId !== null);
    expect(audit.map(({ type }) => type)).toEqual([
      ...['member.role_changed', 'member.role_changed', 'member.enabled', 'member.disabled', 'password.reset_demanded'],
      ...['session.all_ended_by_admin', 'session.ended', 'two-factor.removed_by_admin', 'login.unlocked'],
    ]);
    for (const row of audit) expect(row).toMatchObject({ actorId: admin.id, ip: admin.client.ip });
    expect(audit[0].details).toEqual({ from: 'admin', to: 'member' });
    expect(new Set(audit.map(({ requestId }) => requestId)).size).toBe(8); // ending the sessions writes two rows in one request

    // The second factor was removed above. Without the demanded password change the member can log
    // in.
    await app.sql.query(`UPDATE members SET must_change_password = false WHERE id = $1`, [ada.id]);
    const { body: tokens } = await login(ada).expect(200);
    const { body, text } = await app.get('/api/members/me/security-events', tokens.accessToken).expect(200);
    const byAdmin = body.items.filter((item: { byAdmin: boolean }) => item.byAdmin);
    expect(byAdmin).toHaveLength(9);
    for (const item of byAdmin) expect([item.ip, item.userAgent, item.browser, item.os]).toEqual(['', '', null, null]);
    for (const personal of [admin.id, admin.client.ip, admin.loginId, admin.email])
      expect(text).not.toContain(personal);
    expect(body.items.find(({ type }: { type: string }) => type === 'sign-up.confirmed')).toMatchObject({
      byAdmin: false,
      ip: ada.client.ip,
    });
  });

  it('AD-01 records views of one member’s details or events, but not of lists', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const views = async (): Promise<string[]> =>
      (await auditOf(ada.id))
        .filter(({ type }) => type === 'member.viewed')
        .map(({ actorId, ip, details }) => `${actorId} ${ip} ${details.what}`);
    await act('GET', `members?query=${ada.loginId}`, 200);
    await act('GET', `members/${randomUUID()}`, 404);
    await act('GET', `members/${grace.id}`, 200);
    await act('GET', 'security-events?limit=1', 200);
    await grace.client.request('GET', `/api/admin/members/${ada.id}`, { token: grace.accessToken }).expect(403);
    expect(await views()).toEqual([]);

    const seen = (what: string): string => `${admin.id} ${admin.client.ip} ${what}`;
    await act('GET', `members/${ada.id}`, 200);
    expect(await views()).toEqual([seen('details')]);
    const { body } = await act('GET', `security-events?memberId=${ada.id}&limit=1`, 200);
    await act('GET', `security-events?memberId=${ada.id}&limit=1&cursor=${body.nextCursor}`, 200); // the same view
    expect(await views()).toEqual([seen('events'), seen('details')]);
    // Cursors cannot bypass the record: they are bound to their filter and to their reader.
    const { body: all } = await act('GET', 'security-events?limit=1', 200);
    await act('GET', `security-events?memberId=${ada.id}&cursor=${all.nextCursor}`, 422);
    await act('GET', `security-events?memberId=${grace.id}&cursor=${body.nextCursor}`, 422);
    const colleague = await givenAdmin(app);
    const next = `/api/admin/security-events?memberId=${ada.id}&limit=1&cursor=${body.nextCursor}`;
    await colleague.client.request('GET', next, { token: colleague.accessToken }).expect(422);
    const unknownId = randomUUID();
    await act('GET', `security-events?memberId=${unknownId}`, 200);
    expect(await auditOf(unknownId)).toEqual([]);

    const own = await app.get('/api/members/me/security-events', ada.accessToken).expect(200);
    expect(own.body.items[0]).toMatchObject({ type: 'member.viewed', byAdmin: true, ip: '', userAgent: '' });
    expect(own.text).not.toContain(admin.id);
  });

  it('can be filtered by member, type and time', async () => {
    const ada = await given.member(app);
    await act('POST', `members/${ada.id}/unlock`, 204);
    await app.sql.query(
      `UPDATE security_events SET at = at - interval '3 days' WHERE member_id = $1 AND type = 'login.unlocked'`,
      [ada.id],
    );
    const types = async (filter: string): Promise<string[]> =>
      (await act('GET', `security-events?memberId=${ada.id}&${filter}`, 200)).body.items
        .map(({ type }: { type: string }) => type)
        .filter((type: string) => type !== 'member.viewed'); // recorded by these requests themselves
    expect(await types('limit=100')).toEqual(['login.succeeded', 'sign-up.confirmed', 'login.unlocked']);
    expect(await types('type=login.unlocked')).toEqual(['login.unlocked']);
    const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString();
    expect(await types(`from=${day(1)}`)).toEqual(['login.succeeded', 'sign-up.confirmed']);
    expect(await types(`to=${day(1)}`)).toEqual(['login.unlocked']);
    expect(await types(`from=${day(4).slice(0, 10)}&to=${day(2)}`)).toEqual(['login.unlocked']);
    const { body } = await act('GET', `security-events?memberId=${ada.id}&type=login.unlocked`, 200);
    expect(body.items[0]).toMatchObject({
      memberId: ada.id,
      actorId: admin.id,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    for (const bad of [
      'from=yesterday',
      'to=2026-13-01',
      'from=2026-11-22T05:37',
      'type=nothing.happened',
      'memberId=me',
    ])
      expect([bad, (await act('GET', `security-events?${bad}`, 422)).body.code]).toEqual([bad, 'validation_failed']);
  });

  it('returns every event once across pages, also if many have the same time', async () => {
    const memberId = randomUUID();
    await app.sql.query(
      `INSERT INTO security_events (type, member_id, ip, user_agent, request_id, details, at)
       SELECT 'login.failed', $1, '', '', '', '{}', timestamptz '2026-01-01' + (n / 4) * interval '1 microsecond' FROM generate_series(1, 23) n`,
      [memberId],
    );
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await act('GET', `security-events?memberId=${memberId}&limit=5${at}`, 200);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([23, 23]);
  });
});

describe('outbox', () => {
  /** A member who has received a code by mail. */
  async function mailedMember(): Promise<GivenMember> {
    const member = await given.member(app);
    await app.post('/api/auth/password-reset/send-code', { email: member.email }).expect(202);
    await outboxEmpty(app);
    return member;
  }

  it('shows the status of mails with masked addresses and without their content', async () => {
    const member = await mailedMember();
    const mail = await lastMail(member.email);
    const { body, text } = await act('GET', 'outbox?limit=100', 200);
    const mine = body.items.filter(({ memberId }: { memberId: string }) => memberId === member.id);
    expect(mine.map(({ template, status, to }: any) => [template, status, to])).toContainEqual([
      'password-reset',
      'sent',
      null,
    ]);
    for (const secret of [mail.code!, mail.linkToken!, member.email, 'payload']) expect(text).not.toContain(secret);
    const { body: dead } = await act('GET', 'outbox?status=dead&limit=100', 200);
    expect(dead.items.filter(({ memberId }: { memberId: string }) => memberId === member.id)).toEqual([]);
    await act('GET', 'outbox?status=lost', 422);
  });
});

describe('a dead mail', () => {
  let operator: GivenAdmin;
  beforeAll(async () => {
    operator = await givenAdmin(app);
  });

  const retry = (id: string) => operator.client.post(`/api/admin/outbox/${id}/retry`, undefined, operator.accessToken);

  it('FT-01 can be retried once, and the audit log records who did it', async () => {
    const { id, member } = await givenDeadMail(app);
    const before = await lastMail(member.email);
    const { body } = await operator.client.get('/api/admin/outbox?status=dead', operator.accessToken).expect(200);
    const masked = `${member.email[0]}***@example.test`;
    expect(body.items.find((item: { id: string }) => item.id === id)).toMatchObject({ to: masked, attempts: 200 });
    const answers = await Promise.all([retry(id), retry(id), retry(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    expect((await mailbox.to(member.email).next({ after: before })).code).toBeDefined();
    await outboxEmpty(app);
    expect((await retry(id)).body.code).toBe('mail_not_retryable'); // sent by now
    const { rows } = await app.sql.query(`SELECT actor_id, details FROM security_events WHERE type = 'mail.retried'`);
    expect(rows).toEqual([{ actor_id: operator.id, details: { mailId: id } }]);
  });

  it('cannot be retried after its content has expired, was replaced or was erased', async () => {
    const expired = await givenDeadMail(app);
    await app.sql.query(`UPDATE outbox_messages SET expires_at = now() WHERE id = $1`, [expired.id]);
    const replaced = await givenDeadMail(app);
    await app.sql.query(`UPDATE proof_requests SET voided_at = now() WHERE member_id = $1`, [replaced.member.id]);
    const erased = await givenDeadMail(app);
    await app.sql.query(`UPDATE outbox_messages SET payload = NULL WHERE id = $1`, [erased.id]);
    const diagnosisOf = async ({ loginId }: GivenMember): Promise<string> =>
      (await operator.client.get(`/api/admin/login-diagnosis?identifier=${loginId}`, operator.accessToken).expect(200))
        .text;
    expect(await diagnosisOf((await givenDeadMail(app)).member)).toContain('"retry_mail"');
    for (const { id, member } of [expired, replaced, erased]) {
      const { status, body } = await retry(id);
      expect([status, body.code]).toEqual([409, 'mail_not_retryable']);
      expect(await diagnosisOf(member)).not.toContain('"retry_mail"'); // nor is it offered
    }
  });
});

describe('the last administrator', () => {
  let pair: [GivenAdmin, GivenAdmin];
  let others: { id: string }[];
  const forge = new TokenForge();
  beforeAll(async () => {
    const demoted = `UPDATE members SET role = 'member' WHERE role = 'admin' RETURNING id`;
    others = (await app.sql.query<{ id: string }>(demoted)).rows;
    pair = [await givenAdmin(app), await givenAdmin(app)];
  });
  afterAll(async () => {
    await app.sql.query(`UPDATE members SET role = 'member' WHERE id = ANY($1)`, [pair.map(({ id }) => id)]);
    await app.sql.query(`UPDATE members SET role = 'admin' WHERE id = ANY($1)`, [others.map(({ id }) => id)]);
  });

  const admins = async (): Promise<number> =>
    (await app.sql.query(`SELECT FROM members WHERE role = 'admin' AND status = 'active'`)).rowCount ?? 0;

  /** Makes both members administrators again, each with a new session and token. */
  async function reinstate(): Promise<string[]> {
    const ids = pair.map(({ id }) => id);
    await app.sql.query(`UPDATE members SET role = 'admin', status = 'active', closed_at = NULL WHERE id = ANY($1)`, [
      ids,
    ]);
    const { rows } = await app.sql.query(
      `INSERT INTO sessions (id, member_id, transport, idle_expires_at, absolute_expires_at, user_agent, ip)
       SELECT gen_random_uuid(), id, 'body', now() + interval '1 day', now() + interval '1 day', '', '' FROM unnest($1::uuid[]) id
       RETURNING id, member_id AS "memberId"`,
      [ids],
    );
    return pair.map(({ id, accessToken }) =>
      forge.alter('access', accessToken, { sid: rows.find(({ memberId }) => memberId === id)!.id, role: 'admin' }),
    );
  }

  it('AD-03 cannot be demoted, disabled or closed', async () => {
    const [first, second] = pair;
    await reinstate();
    await app.sql.query(`UPDATE members SET role = 'member' WHERE id = $1`, [second.id]);
    const own = `/api/admin/members/${first.id}`;
    for (const change of [{ role: 'member' }, { status: 'disabled' }, { status: 'disabled', role: 'member' }])
      expect((await app.patch(own, change, first.accessToken).expect(409)).body.code).toBe('last_admin');
    const closing = await app.delete('/api/members/me', { password: first.password }, first.accessToken);
    expect([closing.status, closing.body.code]).toEqual([409, 'last_admin']);
    // Disabled and closed administrators do not count.
    for (const status of ['disabled', 'closed']) {
      await app.sql.query(`UPDATE members SET role = 'admin', status = $2 WHERE id = $1`, [second.id, status]);
      await app.patch(own, { role: 'member' }, first.accessToken).expect(409);
    }
    expect(await admins()).toBe(1);
    await app.get('/api/admin/members', first.accessToken).expect(200); // a refusal changes nothing
  });

  it('AD-03 remains when two administrators demote or disable each other at the same moment, in many rounds', async () => {
    const ways = [{ role: 'member' }, { status: 'disabled' }];
    for (let round = 0; round < howMany({ short: 30, long: 200 }); round += 1) {
      const [one, two] = await reinstate();
      // In every third round the second administrator changes their own account.
      const target = pair[round % 3 === 0 ? 1 : 0];
      const answers = await Promise.all([
        app.patch(`/api/admin/members/${pair[1].id}`, ways[round % 2], one),
        app.patch(`/api/admin/members/${target.id}`, ways[(round >> 1) % 2], two),
      ]);
      const statuses = answers.map(({ status }) => status).sort();
      const left = await admins();
      expect([round, left > 0]).toEqual([round, true]);
      if (target === pair[1]) continue;
      // One succeeds. The other gets: session ended, role revoked, or last administrator.
      expect([round, statuses.join()]).toEqual([round, expect.stringMatching(/^200,(401|403|409)$/)]);
      expect(left).toBe(1);
    }
  });

  it('AD-03 remains when both close their own accounts at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const tokens = await reinstate();
      const answers = await Promise.all(
        tokens.map((token, at) => app.delete('/api/members/me', { password: pair[at]!.password }, token)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      expect(await admins()).toBe(1);
    }
  });
});
