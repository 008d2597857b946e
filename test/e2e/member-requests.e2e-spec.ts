import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

const REASON = { 'audit-reason': 'Request%20of%20Tuesday' };

let app: TestApp;
let root: GivenAdmin;
beforeAll(async () => {
  app = await TestApp.shared();
  root = await givenAdmin(app);
});
afterAll(() => app.stop());

const refused = ({ status, body }: HttpAnswer): unknown[] => [status, body?.code];
const act = (method: string, path: string, body?: object, headers: Record<string, string> = REASON) =>
  root.client.request(method, `/api/admin/members/${path}`, { body, token: root.accessToken, headers });
const emailOf = async ({ id }: GivenMember): Promise<string> =>
  (await app.sql.query(`SELECT email FROM members WHERE id = $1`, [id])).rows[0].email;

describe('an administrator changes the address of a member', () => {
  it('AC-24 by a link to the new one, with a notice and an undo link to the old one', async () => {
    const member = await given.member(app);
    const before = (await mailbox.to(member.email).all()).at(-1);
    const email = unique.email();
    await act('POST', `${member.id}/email`, { email }).expect(202);
    const notice = await mailbox.to(member.email).next({ after: before });
    expect(notice.text).toContain('Request of Tuesday');
    expect(await emailOf(member)).toBe(member.email);

    const { linkToken, code, text } = await mailbox.to(email).next();
    expect([code, text]).toEqual([undefined, expect.stringContaining('Request of Tuesday')]);
    await app.client().post('/api/members/me/email/confirm-link', { token: linkToken }).expect(204);
    expect(await emailOf(member)).toBe(email);

    const { linkToken: undo } = await mailbox.to(member.email).next({ after: notice });
    await app.client().post('/api/members/me/email/undo', { token: undo }).expect(204);
    expect(await emailOf(member)).toBe(member.email);
    const { rows } = await app.sql.query(
      `SELECT actor_id, details FROM security_events WHERE member_id = $1 AND type = 'email.change_requested'`,
      [member.id],
    );
    expect(rows).toEqual([{ actor_id: root.id, details: { auditReason: 'Request of Tuesday' } }]);
  });

  it('AC-24 by a link that ends with the right of the administrator who sent it', async () => {
    const former = await givenAdmin(app);
    const member = await given.member(app);
    const email = unique.email();
    await former.client.post(`/api/admin/members/${member.id}/email`, { email }, former.accessToken).expect(202);
    const { linkToken: token } = await mailbox.to(email).next();
    const send = (route: string) => app.client().post(`/api/members/me/email/${route}`, { token });
    for (const loss of [`role = 'member'`, `role = 'admin', status = 'disabled'`]) {
      await app.sql.query(`UPDATE members SET ${loss} WHERE id = $1`, [former.id]);
      expect(refused(await send('inspect-link'))).toEqual([400, 'link_invalid']);
      expect(refused(await send('confirm-link'))).toEqual([400, 'link_invalid']);
    }
    expect(await emailOf(member)).toBe(member.email);
    await app.sql.query(`UPDATE members SET status = 'active' WHERE id = $1`, [former.id]);
    await send('inspect-link').expect(200);
    await send('confirm-link').expect(204);
  });

  it.each([
    ['was logged out everywhere', [['DELETE', '/sessions', undefined]]],
    [
      'was demoted and promoted again',
      [
        ['PATCH', '', { role: 'member' }],
        ['PATCH', '', { role: 'admin' }],
      ],
    ],
  ] as const)('AC-24 by a link that ends for good when the administrator who sent it %s', async (_, requests) => {
    const sender = await givenAdmin(app);
    const email = unique.email();
    const member = await given.member(app);
    await sender.client.post(`/api/admin/members/${member.id}/email`, { email }, sender.accessToken).expect(202);
    const { linkToken: token } = await mailbox.to(email).next();
    for (const [method, path, body] of requests)
      expect((await act(method, `${sender.id}${path}`, body)).status).toBeLessThan(300);
    for (const route of ['inspect-link', 'confirm-link'])
      expect(refused(await app.client().post(`/api/members/me/email/${route}`, { token }))).toEqual([
        400,
        'link_invalid',
      ]);
    expect(await emailOf(member)).toBe(member.email);
  });

  it('AC-24 but not to a taken address, nor of the own account, of a disabled member or by an API key', async () => {
    const member = await given.member(app);
    const email = unique.email();
    expect(refused(await act('POST', `${member.id}/email`, { email: root.email }))).toEqual([409, 'email_taken']);
    expect(refused(await act('POST', `${root.id}/email`, { email }))).toEqual([403, 'forbidden']);
    const { key } = await givenApiKey(app, ['members:write']);
    const byKey = await app.client().post(`/api/admin/members/${member.id}/email`, { email }, key);
    expect(refused(byKey)).toEqual([403, 'person_required']);
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [member.id]);
    expect(refused(await act('POST', `${member.id}/email`, { email }))).toEqual([409, 'member_not_active']);
  });
});

describe('an administrator erases a member', () => {
  const login = ({ client, loginId, password }: GivenMember) =>
    client.post('/api/auth/login', { identifier: loginId, password });

  it('AC-25 after the waiting period, in which a login restores the account', async () => {
    const member = await given.member(app);
    const before = (await mailbox.to(member.email).all()).at(-1);
    await act('DELETE', member.id).expect(204);
    expect(refused(await member.client.get('/api/members/me', member.accessToken))).toEqual([401, 'session_ended']);
    expect((await mailbox.to(member.email).next({ after: before })).text).toContain('Request of Tuesday');
    await login(member).expect(200);
  });

  it('AC-25 at once, which needs a reason, and no login restores the account', async () => {
    const member = await given.member(app);
    const before = (await mailbox.to(member.email).all()).at(-1);
    const without = await act('DELETE', member.id, { when: 'now' }, {});
    expect(without.body.errors).toEqual([expect.objectContaining({ field: 'Audit-Reason', code: 'required' })]);
    await act('DELETE', member.id, { when: 'now' }).expect(204);
    expect((await mailbox.to(member.email).next({ after: before })).text).toContain('for good');
    expect(refused(await login(member))).toEqual([401, 'invalid_credentials']);
    const { rows } = await app.sql.query(
      `SELECT details FROM security_events WHERE member_id = $1 AND type = 'member.erasure_demanded'`,
      [member.id],
    );
    expect(rows).toEqual([{ details: { atOnce: true, auditReason: 'Request of Tuesday' } }]);
  });

  it('AC-25 but not the own account, nor by an API key, and a disabled member only at once', async () => {
    const member = await given.member(app);
    expect(refused(await act('DELETE', root.id))).toEqual([403, 'forbidden']);
    const { key } = await givenApiKey(app, ['members:write']);
    const byKey = await app.client().delete(`/api/admin/members/${member.id}`, undefined, key);
    expect(refused(byKey)).toEqual([403, 'person_required']);
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [member.id]);
    expect(refused(await act('DELETE', member.id))).toEqual([409, 'member_not_active']);
    await act('DELETE', member.id, { when: 'now' }).expect(204);
  });
});

describe('an administrator exports what is held about a member', () => {
  it('AC-24 with the accepted invitation, and the audit log records the reason', async () => {
    const member = await given.member(app);
    await app.sql.query(
      `INSERT INTO invitations (id, email, email_key, role, locale, expires_at, accepted_at, member_id)
       VALUES (gen_random_uuid(), $1, $1, 'member', 'en', now(), now(), $2)`,
      [member.email, member.id],
    );
    const { body } = await act('GET', `${member.id}/export`).expect(200);
    expect(body).toMatchObject({
      profile: { id: member.id, email: member.email },
      invitations: [{ email: member.email, role: 'member' }],
      sessions: [expect.anything()],
    });
    const { rows } = await app.sql.query(
      `SELECT actor_id, details FROM security_events WHERE member_id = $1 AND type = 'member.viewed'`,
      [member.id],
    );
    expect(rows).toEqual([{ actor_id: root.id, details: { what: 'export', auditReason: 'Request of Tuesday' } }]);
  });

  it('AC-24 CO-06 without the address, device and reason of an administrator, also for the member', async () => {
    const member = await given.member(app);
    await act('GET', `${member.id}/export`).expect(200);
    const { body: own } = await app.get('/api/members/me/export', member.accessToken).expect(200);
    const { body: forAdmin } = await act('GET', `${member.id}/export`).expect(200);
    for (const { securityEvents } of [own, forAdmin]) {
      const isView = ({ type }: { type: string }): boolean => type === 'member.viewed';
      expect(securityEvents.find(isView)).toMatchObject({
        ...{ byAdmin: true, ip: '', userAgent: '', details: { what: 'export' } },
      });
      expect(JSON.stringify(securityEvents)).not.toContain('Request of Tuesday');
      const ofMember = securityEvents.find(({ byAdmin }: { byAdmin: boolean }) => !byAdmin);
      expect(ofMember.ip).not.toBe('');
    }
  });

  it('AC-24 only after a recent login, and a refusal records no view', async () => {
    const member = await given.member(app);
    const since = (age: string) =>
      app.sql.query(`UPDATE sessions SET authenticated_at = now() - $2::interval WHERE member_id = $1`, [root.id, age]);
    await since('1 hour');
    expect(refused(await act('GET', `${member.id}/export`))).toEqual([403, 'reauth_required']);
    const { rowCount } = await app.sql.query(
      `SELECT FROM security_events WHERE member_id = $1 AND type = 'member.viewed'`,
      [member.id],
    );
    expect(rowCount).toBe(0);
    await since('0');
    await act('GET', `${member.id}/export`).expect(200);
  });

  it('AC-24 not by an API key, not by a member, and not of an unknown member', async () => {
    const member = await given.member(app);
    const path = `/api/admin/members/${member.id}/export`;
    const { key } = await givenApiKey(app, ['members:read', 'members:write']);
    expect(refused(await app.client().get(path, key))).toEqual([403, 'person_required']);
    expect(refused(await app.get(path, member.accessToken))).toEqual([403, 'forbidden']);
    expect(refused(await act('GET', `${root.id.replace(/^.{8}/, '00000000')}/export`))).toEqual([404, 'not_found']);
    const { rowCount } = await app.sql.query(
      `SELECT FROM security_events WHERE member_id = $1 AND type = 'member.viewed'`,
      [member.id],
    );
    expect(rowCount).toBe(0);
  });
});
