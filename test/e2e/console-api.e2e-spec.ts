import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCKS } from '../../src/platform/database/advisory-locks.js';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { given } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { enrol } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';

let app: TestApp;
let admin: GivenAdmin;
beforeAll(async () => {
  app = await TestApp.shared();
  admin = await givenAdmin(app);
});
afterAll(() => app.stop());

/** Sends a request as the administrator. */
const act = (method: string, path: string, options: { body?: object; reason?: string } = {}): Promise<HttpAnswer> =>
  admin.client.request(method, `/api/admin/${path}`, {
    token: admin.accessToken,
    body: options.body,
    headers: options.reason === undefined ? {} : { 'audit-reason': encodeURIComponent(options.reason) },
  });

/** The audit log rows of a member, oldest first. */
async function auditOf(memberId: string): Promise<{ type: string; details: Record<string, unknown> }[]> {
  const { rows } = await app.sql.query(`SELECT type, details FROM security_events WHERE member_id = $1 ORDER BY id`, [
    memberId,
  ]);
  return rows;
}

describe('the reason of an administrative action', () => {
  const REASON = 'Ticket #7: 본인 확인 완료 <b>';

  it('AC-01 is in the audit row and the mail, but not in the timeline of the member', async () => {
    const member = await given.member(app);
    const before = (await mailbox.to(member.email).all()).at(-1);
    const { status } = await act('DELETE', `members/${member.id}/sessions`, { reason: REASON });
    expect(status).toBe(204);
    const mail = await mailbox.to(member.email).next({ after: before });
    expect(mail.text).toContain(`: ${REASON}`);
    expect(mail.html).toContain('본인 확인 완료 &lt;b&gt;');
    const rows = (await auditOf(member.id)).filter(({ details }) => details.auditReason === REASON);
    expect(rows.map(({ type }) => type)).toContain('session.all_ended_by_admin');
    const { body: tokens } = await app
      .client()
      .post('/api/auth/login', { identifier: member.loginId, password: member.password })
      .expect(200);
    const { text } = await app.get('/api/members/me/security-events', tokens.accessToken).expect(200);
    expect(text).toContain('session.all_ended_by_admin');
    expect(text).not.toContain('Ticket #7');
  });

  it('AC-01 may be absent, and refuses the action where it is not one line of text', async () => {
    const member = await given.member(app);
    expect((await act('POST', `members/${member.id}/unlock`, { reason: 'a\nb' })).body).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'Audit-Reason', code: 'invalid_characters' }],
    });
    expect((await auditOf(member.id)).map(({ type }) => type)).not.toContain('login.unlocked');
    await act('POST', `members/${member.id}/unlock`);
    expect((await auditOf(member.id)).find(({ type }) => type === 'login.unlocked')!.details).toEqual({});
  });

  it('AC-01 is ignored outside of the administration', async () => {
    const member = await given.member(app);
    await member.client
      .request('DELETE', '/api/auth/sessions', { token: member.accessToken, headers: { 'audit-reason': 'forged' } })
      .expect(204);
    expect(JSON.stringify(await auditOf(member.id))).not.toContain('forged');
  });
});

describe('the screen of one member', () => {
  const items = async (memberId: string, part: string) => (await act('GET', `members/${memberId}/${part}`)).body.items;

  it('AC-03 shows the sessions with device and country, without tokens', async () => {
    const member = await given.member(app);
    const [session] = await items(member.id, 'sessions');
    expect(session).toMatchObject({ id: member.sessionId, ip: member.client.ip, bound: false });
    expect(Object.keys(session).sort()).toEqual([
      ...['bound', 'browser', 'country', 'createdAt', 'deviceName', 'id', 'ip', 'lastUsedAt', 'os'],
    ]);
    await act('DELETE', `members/${member.id}/sessions`);
    expect(await items(member.id, 'sessions')).toEqual([]);
  });

  it('AC-03 shows the mails with their state and without their content, page by page', async () => {
    const member = await given.member(app);
    await app.client().post('/api/auth/password-reset/send-code', { email: member.email }).expect(202);
    const { code, linkToken } = (await mailbox.to(member.email).waitForCount(2)).at(-1)!;
    await act('POST', `members/${member.id}/unlock`);
    const first = await act('GET', `members/${member.id}/mails?limit=1`);
    const second = await act('GET', `members/${member.id}/mails?limit=1&cursor=${first.body.nextCursor}`);
    const templates = [...first.body.items, ...second.body.items].map(({ template }) => template);
    expect(templates).toEqual(['admin-action', 'password-reset']);
    for (const secret of [code!, linkToken!, member.email]) expect(second.text).not.toContain(secret);
    // A cursor is valid for one member only: the first page records the view, further pages do not.
    const other = await given.member(app);
    const moved = await act('GET', `members/${other.id}/mails?cursor=${first.body.nextCursor}`);
    expect(moved.status).toBe(422);
  });

  it('AC-03 shows open codes, logins and waits with their end, and not what is over', async () => {
    const member = await enrol(await given.member(app));
    expect(await items(member.id, 'challenges')).toEqual([]);
    await app.client().post('/api/auth/password-reset/send-code', { email: member.email }).expect(202);
    const login = { identifier: member.loginId, password: member.password };
    const { body } = await app.client().post('/api/auth/login', login).expect(200);
    for (let failures = 0; failures < 5; failures += 1)
      await app.client().post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: '000000' });
    const open = await items(member.id, 'challenges');
    expect(open.map(({ kind, attempts }: any) => [kind, attempts])).toEqual([
      ['second-factor-wait', 5],
      ['second-factor', null],
      ['password-reset', 0],
    ]);
    for (const { until } of open) expect(Date.parse(until)).toBeGreaterThan(Date.now());
    await act('POST', `members/${member.id}/unlock`);
    await act('POST', `members/${member.id}/password-reset`);
    // The demanded reset voids the open codes and logins, and mails a link of its own.
    expect((await items(member.id, 'challenges')).map(({ kind }: any) => kind)).toEqual(['password-reset']);
  });

  it('AC-03 shows the deliveries of the events of this member alone', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const { rows: events } = await app.sql.query(
      `INSERT INTO events (type, member_id, data) VALUES ('member.updated', $1, '{}'), ('member.updated', $2, '{}') RETURNING id`,
      [ada.id, grace.id],
    );
    await app.sql.query(
      `INSERT INTO event_deliveries (id, event_id, webhook_id, member_id, status, last_error, finished_at)
       SELECT gen_random_uuid(), id, gen_random_uuid(), member_id, 'dead', 'answered 503', now() FROM events WHERE id = ANY($1)`,
      [events.map(({ id }) => id)],
    );
    expect(await items(ada.id, 'deliveries')).toEqual([
      expect.objectContaining({ type: 'member.updated', status: 'dead', lastError: 'answered 503' }),
    ]);
  });

  it('AC-03 records each view, answers 404 for unknown members and refuses keys without the scope', async () => {
    const member = await given.member(app);
    const { key: reader } = await givenApiKey(app, ['members:read']);
    const scopes = {
      sessions: 'security-events:read',
      challenges: 'security-events:read',
      mails: 'outbox:read',
      deliveries: 'webhooks:write',
    } as const;
    const parts = Object.keys(scopes) as (keyof typeof scopes)[];
    for (const part of parts) {
      const path = `/api/admin/members/${member.id}/${part}`;
      await app.get(path, reader).expect(403);
      const { key } = await givenApiKey(app, [scopes[part]]);
      await app.get(path, key).expect(200);
      await app.get(path, member.accessToken).expect(403);
      expect((await act('GET', `members/${randomUUID()}/${part}`)).status).toBe(404);
      expect((await act('GET', `members/${member.id}/${part}`)).status).toBe(200);
    }
    const views = (await auditOf(member.id)).filter(({ type }) => type === 'member.viewed');
    expect(views.map(({ details }) => details.what)).toEqual(parts.flatMap((part) => [part, part]));
  });
});

describe('lists of members', () => {
  it('AC-03 find a member by id as well', async () => {
    const member = await given.member(app);
    for (const id of [member.id, member.id.toUpperCase()])
      expect((await act('GET', `members?query=${id}`)).body.items).toEqual([
        expect.objectContaining({ id: member.id }),
      ]);
    expect((await act('GET', `members?query=${randomUUID()}`)).body.items).toEqual([]);
  });

  it('AC-04 are recorded with their filter and the number of members, without the text of a search', async () => {
    const member = await given.member(app);
    const own = async (): Promise<unknown[]> => {
      const { rows } = await app.sql.query(
        `SELECT details FROM security_events WHERE type = 'members.listed' AND actor_id = $1 ORDER BY id`,
        [admin.id],
      );
      return rows.map(({ details }) => details);
    };
    const before = (await own()).length;
    await act('GET', `members?query=${member.email}&status=active`);
    await act('GET', `members?query=${member.loginId}`);
    await act('GET', 'members?limit=1&role=admin');
    expect((await own()).slice(before)).toEqual([
      { members: 1, filter: { query: `${member.email[0]}***`, status: 'active' } },
      { members: 1, filter: { query: `${member.loginId[0]}***` } },
      { members: 1, filter: { role: 'admin' } },
    ]);
  });
});

describe('the overview', () => {
  it('AC-05 is open to administrators and to API keys that read security events', async () => {
    const { key } = await givenApiKey(app, ['security-events:read']);
    const { key: other } = await givenApiKey(app, ['members:read']);
    const { body } = await app.get('/api/admin/overview?period=day', key).expect(200);
    expect(body).toMatchObject({ period: 'day', bucketSeconds: 3600, queues: { mails: { dead: expect.any(Number) } } });
    await app.get('/api/admin/overview', other).expect(403);
    expect((await act('GET', 'overview')).body).toMatchObject({ period: 'hour', bucketSeconds: 60 });
    expect((await act('GET', 'overview?period=year')).status).toBe(422);
  });
});

describe('imports', () => {
  it('AC-05 are listed by source, with whether one is running and how many accounts are not proven', async () => {
    const source = `old ${randomUUID()}`;
    await app.sql.query(
      `INSERT INTO import_journal (row_key, source) SELECT decode(md5(n || $1), 'hex'), $1 FROM generate_series(1, 3) n`,
      [source],
    );
    const { body } = await act('GET', 'imports');
    expect(body).toMatchObject({ running: false, unproven: expect.any(Number) });
    expect(body.items[0]).toMatchObject({ source, accounts: 3 });
    const importing = await app.sql.connect();
    await importing.query('SELECT pg_advisory_lock($1)', [LOCKS.memberImport]);
    expect((await act('GET', 'imports')).body.running).toBe(true);
    await importing.query('SELECT pg_advisory_unlock($1)', [LOCKS.memberImport]);
    importing.release();
  });
});
