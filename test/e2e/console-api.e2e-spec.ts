import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { given } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
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
    await member.client.request('DELETE', '/api/auth/sessions', {
      token: member.accessToken,
      headers: { 'audit-reason': 'forged' },
    });
    expect(JSON.stringify(await auditOf(member.id))).not.toContain('forged');
  });
});
