import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { unique } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox, type Mail } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

const ACCEPT = '/api/auth/invitations/accept';
const INSPECT = '/api/auth/invitations/inspect';

let app: TestApp;
let root: GivenAdmin;
beforeAll(async () => {
  app = await TestApp.shared();
  root = await givenAdmin(app);
});
afterAll(() => app.stop());

const refused = ({ status, body }: HttpAnswer): unknown[] => [status, body?.code];
const act = (method: string, path: string, body?: object, admin = root, headers?: Record<string, string>) =>
  admin.client.request(method, `/api/admin/invitations${path}`, { body, token: admin.accessToken, headers });

interface Invited {
  id: string;
  email: string;
  mail: Mail;
  token: string;
}

async function invite(details: object = {}, admin = root): Promise<Invited> {
  const email = unique.email();
  const { body } = await act('POST', '', { email, ...details }, admin).expect(201);
  const mail = await mailbox.to(email).next();
  return { id: body.id, email, mail, token: tokenOf(mail) };
}

const tokenOf = (mail: Mail): string => /#token=([\w-]+)/.exec(mail.text)![1]!;
const answerTo = (proof: object) => ({ ...proof, loginId: unique.loginId(), password: unique.password() });
const clearRateLimits = () => app.sql.query('DELETE FROM rate_limits');

describe('an invitation', () => {
  it('AC-21 makes a member by its link, who chooses login ID and password and is logged in', async () => {
    const { id, email, token } = await invite({ locale: 'ko' });
    const { body: inspected } = await app.client().post(INSPECT, { token }).expect(200);
    expect(inspected).toMatchObject({ email, role: 'member', attributes: {} });
    const client = app.client();
    const answer = answerTo({ token });
    const { body } = await client.post(ACCEPT, answer).expect(200);
    const { body: profile } = await client.get('/api/members/me', body.accessToken).expect(200);
    expect(profile).toMatchObject({ email, loginId: answer.loginId });
    await client.post('/api/auth/login', { identifier: email, password: answer.password }).expect(200);

    const { body: list } = await act('GET', '?limit=1').expect(200);
    expect(list.items[0]).toMatchObject({ id, status: 'accepted', memberId: profile.id, attributes: null });
    const { rows } = await app.sql.query(
      `SELECT type, details FROM security_events WHERE member_id = $1 AND type LIKE 'invitation.%'`,
      [profile.id],
    );
    expect(rows).toEqual([{ type: 'invitation.accepted', details: { invitationId: id, role: 'member' } }]);
  });

  it('AC-21 makes an administrator by address and code, who has to set up a second factor first', async () => {
    const { email, mail } = await invite({ role: 'admin' });
    const client = app.client();
    const { body } = await client.post(ACCEPT, answerTo({ email: email.toUpperCase(), code: mail.code })).expect(200);
    expect(decodeToken(body.accessToken).claims.role).toBe('admin');
    expect(refused(await client.get('/api/admin/members', body.accessToken))).toEqual([403, 'two_factor_required']);
  });

  it('AC-21 keeps the reason in the audit log and names it in the mail', async () => {
    const email = unique.email();
    const { body } = await act('POST', '', { email }, root, { 'audit-reason': 'New%20colleague' }).expect(201);
    expect((await mailbox.to(email).next()).text).toContain('New colleague');
    const { rows } = await app.sql.query(
      `SELECT details FROM security_events WHERE type = 'invitation.created' AND details->>'invitationId' = $1`,
      [body.id],
    );
    expect(rows[0].details).toMatchObject({ auditReason: 'New colleague' });
  });

  it('AC-21 works once: after the code, neither its link nor the code works again', async () => {
    const { email, mail, token } = await invite();
    await app
      .client()
      .post(ACCEPT, answerTo({ email, code: mail.code }))
      .expect(200);
    expect(refused(await app.client().post(INSPECT, { token }))).toEqual([409, 'already_confirmed']);
    expect(refused(await app.client().post(ACCEPT, answerTo({ token })))).toEqual([409, 'already_confirmed']);
    expect(refused(await app.client().post(ACCEPT, answerTo({ email, code: mail.code })))).toEqual([
      400,
      'code_invalid',
    ]);
  });

  it('AC-21 stays open after a taken login ID', async () => {
    const { token } = await invite();
    const taken = { ...answerTo({ token }), loginId: root.loginId };
    expect(refused(await app.client().post(ACCEPT, taken))).toEqual([409, 'login_id_taken']);
    await app.client().post(ACCEPT, answerTo({ token })).expect(200);
  });

  it('AC-22 ends when it is withdrawn', async () => {
    const { id, token, email, mail } = await invite();
    await act('DELETE', `/${id}`).expect(204);
    expect(refused(await app.client().post(INSPECT, { token }))).toEqual([400, 'invitation_invalid']);
    expect(refused(await app.client().post(ACCEPT, answerTo({ token })))).toEqual([400, 'invitation_invalid']);
    expect(refused(await app.client().post(ACCEPT, answerTo({ email, code: mail.code })))).toEqual([
      400,
      'code_invalid',
    ]);
    expect(refused(await act('DELETE', `/${id}`))).toEqual([404, 'not_found']);
  });

  it('AC-22 expires, and can be sent again with a new link', async () => {
    const { id, token, email, mail } = await invite();
    await app.sql.query(`UPDATE invitations SET expires_at = now() WHERE id = $1`, [id]);
    await app.sql.query(`UPDATE proof_requests SET link_expires_at = now() WHERE email_key = $1`, [email]);
    expect(refused(await app.client().post(INSPECT, { token }))).toEqual([400, 'invitation_expired']);
    expect((await act('GET', '?limit=1').expect(200)).body.items[0].status).toBe('expired');
    expect(refused(await act('POST', `/${id}/resend`))).toEqual([429, 'too_many_requests']);
    await clearRateLimits();
    await act('POST', `/${id}/resend`).expect(202);
    const again = tokenOf(await mailbox.to(email).next({ after: mail }));
    expect(refused(await app.client().post(INSPECT, { token }))).toEqual([400, 'invitation_invalid']);
    await app
      .client()
      .post(ACCEPT, answerTo({ token: again }))
      .expect(200);
  });

  it.each([
    ['demoted', `UPDATE members SET role = 'member' WHERE id = $1`],
    ['disabled', `UPDATE members SET status = 'disabled' WHERE id = $1`],
  ])('AC-22 is void once its inviter was %s, until another administrator sends it again', async (_, change) => {
    const other = await givenAdmin(app);
    const { id, token, email, mail } = await invite({ role: 'admin' }, other);
    await app.sql.query(change, [other.id]);
    expect(refused(await app.client().post(INSPECT, { token }))).toEqual([400, 'invitation_invalid']);
    expect(refused(await app.client().post(ACCEPT, answerTo({ token })))).toEqual([400, 'invitation_invalid']);
    expect((await act('GET', '?limit=1').expect(200)).body.items[0].status).toBe('inviter_lost');
    await clearRateLimits();
    await act('POST', `/${id}/resend`).expect(202);
    await app
      .client()
      .post(ACCEPT, answerTo({ token: tokenOf(await mailbox.to(email).next({ after: mail })) }))
      .expect(200);
  });

  it('AC-22 for the role admin ends with the sessions of its inviter, one for the role member does not', async () => {
    const other = await givenAdmin(app);
    const forMember = await invite({}, other);
    const { id, token, email, mail } = await invite({ role: 'admin' }, other);
    await other.client.delete('/api/auth/sessions?includeCurrent=true', undefined, other.accessToken).expect(204);
    expect(refused(await app.client().post(INSPECT, { token }))).toEqual([400, 'invitation_invalid']);
    for (const proof of [{ token }, { email, code: mail.code }])
      expect((await app.client().post(ACCEPT, answerTo(proof))).status).toBe(400);
    await app.client().post(INSPECT, { token: forMember.token }).expect(200);
    const { body } = await act('GET', '?limit=2').expect(200);
    expect(body.items.map(({ status }: { status: string }) => status)).toEqual(['inviter_lost', 'open']);
    await clearRateLimits();
    await act('POST', `/${id}/resend`).expect(202);
    const again = tokenOf(await mailbox.to(email).next({ after: mail }));
    await app.client().post(INSPECT, { token: again }).expect(200);
  });

  it('AC-22 for the role admin ends when an old refresh token of its inviter is used again', async () => {
    const other = await givenAdmin(app);
    const { token } = await invite({ role: 'admin' }, other);
    const refresh = (refreshToken: string) => other.client.post('/api/auth/refresh', undefined, refreshToken);
    const { body: first } = await refresh(other.refreshToken).expect(200);
    await refresh(first.refreshToken).expect(200);
    expect(refused(await refresh(other.refreshToken))).toEqual([401, 'token_reused']);
    expect(refused(await app.client().post(ACCEPT, answerTo({ token })))).toEqual([400, 'invitation_invalid']);
  });

  it('AC-22 by an API key is only for the role member, and ends when the key is revoked', async () => {
    const key = await givenApiKey(app, ['members:write']);
    const send = (body: object) => app.client().post('/api/admin/invitations', body, key.key);
    expect(refused(await send({ email: unique.email(), role: 'admin' }))).toEqual([403, 'person_required']);
    const email = unique.email();
    await send({ email }).expect(201);
    const token = tokenOf(await mailbox.to(email).next());
    await app.client().post(INSPECT, { token }).expect(200);
    await app.sql.query(`UPDATE api_keys SET revoked_at = now() WHERE id = $1`, [key.id]);
    expect(refused(await app.client().post(ACCEPT, answerTo({ token })))).toEqual([400, 'invitation_invalid']);
    const { id } = await invite({ role: 'admin' });
    const other = await givenApiKey(app, ['members:write']);
    const resent = await app.client().post(`/api/admin/invitations/${id}/resend`, {}, other.key);
    expect(refused(resent)).toEqual([403, 'person_required']);
  });

  it('AC-21 is refused for an address that has an account or an open invitation', async () => {
    // The second answer is the same, because a refused request uses up no mail of the address.
    for (let time = 0; time < 2; time += 1)
      expect(refused(await act('POST', '', { email: root.email }))).toEqual([409, 'email_taken']);
    const { email } = await invite();
    expect(refused(await act('POST', '', { email }))).toEqual([409, 'invitation_pending']);
  });

  it('AC-21 is refused once its address has got an account', async () => {
    const { id, email, token, mail: invitation } = await invite();
    await clearRateLimits();
    const { body } = await app
      .client()
      .post('/api/auth/sign-up', { ...unique.signUp(), email })
      .expect(202);
    const mail = await mailbox.to(email).next({ after: invitation });
    await app.client().post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code: mail.code }).expect(200);
    expect(refused(await app.client().post(INSPECT, { token }))).toEqual([409, 'email_taken']);
    expect(refused(await app.client().post(ACCEPT, answerTo({ token })))).toEqual([409, 'email_taken']);
    await clearRateLimits();
    for (let time = 0; time < 2; time += 1)
      expect(refused(await act('POST', `/${id}/resend`))).toEqual([409, 'email_taken']);
  });

  it('AC-23 answers guesses at invited and other addresses alike, and counts them', async () => {
    const { email, token, mail } = await invite();
    const wrong = mail.code === '000000' ? '111111' : '000000';
    const guess = async (address: string) =>
      refused(await app.client().post(ACCEPT, answerTo({ email: address, code: wrong })));
    const stranger = unique.email();
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect([await guess(email), await guess(stranger)]).toEqual([
        [400, 'code_invalid'],
        [400, 'code_invalid'],
      ]);
    // All guesses are used up, so the right code is refused, and the link still works.
    expect(refused(await app.client().post(ACCEPT, answerTo({ email, code: mail.code })))).toEqual([
      400,
      'code_invalid',
    ]);
    await app.client().post(ACCEPT, answerTo({ token })).expect(200);
  });

  it('AC-04 leaves a record of each administrator and key that lists it', async () => {
    const { id, key } = await givenApiKey(app, ['members:read']);
    await act('GET', '?limit=1').expect(200);
    await app.get('/api/admin/invitations?limit=1', key).expect(200);
    const { rows } = await app.sql.query(
      `SELECT actor_id = $1 AS "byPerson", details FROM security_events
       WHERE type = 'members.listed' AND (actor_id = $1 OR api_key_id = $2) ORDER BY id DESC LIMIT 2`,
      [root.id, id],
    );
    const details = { members: 1, filter: { list: 'invitations' } };
    expect(rows).toEqual([
      { byPerson: null, details },
      { byPerson: true, details },
    ]);
  });

  it('needs a token, or address and code', async () => {
    const { email, token, mail } = await invite();
    for (const proof of [{}, { email }, { code: mail.code }, { token, email }, { token, email, code: mail.code }])
      expect((await app.client().post(ACCEPT, answerTo(proof))).status).toBe(422);
  });

  it('AC-21 accepted by many at once makes one member', async () => {
    const { email, token, mail } = await invite();
    const answers = await Promise.all(
      [{ token }, { token }, { email, code: mail.code }, { token }, { email, code: mail.code }].map((proof) =>
        app.client().post(ACCEPT, answerTo(proof)),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const codes = answers.filter(({ status }) => status !== 200).map(({ body }) => body.code);
    expect(codes.filter((code) => !['already_confirmed', 'code_invalid'].includes(code))).toEqual([]);
    const { rows } = await app.sql.query(`SELECT id FROM members WHERE email_key = $1`, [email]);
    expect(rows).toHaveLength(1);
  });
});
