import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { en } from '../../src/pages/console/texts.en.js';
import type { ApiKeyScope } from '../../src/platform/http/principal.js';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { afterCooldown } from '../support/recovery.js';
import { enrol } from '../support/second-factor.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

let app: TestApp;
let admin: GivenAdmin;
beforeAll(async () => {
  app = await TestApp.shared();
  admin = await givenAdmin(app);
});
afterAll(() => app.stop());

interface Finding {
  code: string;
  at?: string;
  until?: string;
  params?: Record<string, any>;
  action?: string;
}

async function diagnose(identifier: string): Promise<{ memberId: string | null; findings: Finding[] }> {
  const query = `identifier=${encodeURIComponent(identifier)}`;
  const { body } = await app.get(`/api/admin/login-diagnosis?${query}`, admin.accessToken).expect(200);
  for (const finding of body.findings as Finding[])
    expect([finding, wordsWithoutValue(finding)]).toEqual([finding, []]);
  return body;
}

/** The placeholders in the console's sentence about a finding that the finding has no value for. */
function wordsWithoutValue({ code, at, until, params }: Finding): string[] {
  const sentence = en[`finding-${code}` as keyof typeof en];
  const given = { at, until, ...params } as Record<string, unknown>;
  return [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).filter((name) => given[name] == null);
}

/** The most decisive finding. */
const firstOf = async (identifier: string): Promise<Finding> => (await diagnose(identifier)).findings[0]!;

const keyWith = async (...scopes: ApiKeyScope[]): Promise<string> => (await givenApiKey(app, scopes)).key;

const login = (member: GivenMember, password: string) =>
  app.client().post('/api/auth/login', { identifier: member.loginId, password });

async function signUp(email = unique.email()) {
  const values = { ...unique.signUp(), email };
  await app.client().post('/api/auth/sign-up', values).expect(202);
  await outboxEmpty(app);
  return values;
}

/** Makes the sign-up mail to the address look like a mail that the mail server refused. */
async function bounce(email: string, status: 'dead' | 'pending'): Promise<string> {
  const { rows } = await app.sql.query(
    `UPDATE outbox_messages SET status = $2, attempts = 3, last_error = 'EENVELOPE: 550 no such user',
       payload = '\\x00', expires_at = now() + interval '1 hour', available_at = now() + interval '1 hour'
     WHERE proof_id = (SELECT p.id FROM proof_requests p JOIN sign_ups s ON s.id = p.sign_up_id WHERE s.email_key = $1)
     RETURNING id`,
    [email, status],
  );
  return rows[0].id;
}

async function act(method: string, path: string, body?: object, reason = 'Ticket 7'): Promise<void> {
  const options = { token: admin.accessToken, body, headers: { 'audit-reason': encodeURIComponent(reason) } };
  const { status } = await admin.client.request(method, `/api/admin/members/${path}`, options);
  expect(status).toBeLessThan(300);
}

const recordEvent = (memberId: string, type: string, details: object) =>
  app.sql.query(
    `INSERT INTO security_events (type, member_id, ip, user_agent, request_id, details) VALUES ($1, $2, '', '', '', $3)`,
    [type, memberId, details],
  );

describe('why a person cannot log in', () => {
  it('AC-02 there is no such account, or the identifier is malformed', async () => {
    expect(await diagnose(unique.email())).toEqual({ memberId: null, findings: [{ code: 'no_account' }] });
    expect(await diagnose(unique.loginId())).toEqual({ memberId: null, findings: [{ code: 'no_account' }] });
    expect(await diagnose('a b@')).toEqual({ memberId: null, findings: [{ code: 'identifier_malformed' }] });
  });

  it('AC-02 the sign-up was never confirmed; found by address and by login ID', async () => {
    const { email, loginId } = await signUp();
    for (const identifier of [email, loginId, loginId.toUpperCase()])
      expect((await firstOf(identifier)).code).toBe('sign_up_unconfirmed');
    await app.sql.query(`UPDATE sign_ups SET expires_at = now() WHERE email_key = $1`, [email]);
    for (const identifier of [email, loginId]) expect((await firstOf(identifier)).code).toBe('sign_up_expired');
  });

  it('AC-02 an unconfirmed sign-up shows when its mail was sent and when its link expires', async () => {
    const { email } = await signUp();
    await app.sql.query(
      `UPDATE sign_ups SET created_at = now() - interval '3 days', mailed_at = now() - interval '2 hours' WHERE email_key = $1`,
      [email],
    );
    const { rows } = await app.sql.query(
      `UPDATE proof_requests SET link_expires_at = now() + interval '22 hours' WHERE email_key = $1 RETURNING link_expires_at`,
      [email],
    );
    const { at, until } = await firstOf(email);
    expect(Math.round((Date.now() - Date.parse(at!)) / 3_600_000)).toBe(2);
    expect(until).toBe(rows[0].link_expires_at.toISOString());
    await app.sql.query(`UPDATE proof_requests SET link_expires_at = now() WHERE email_key = $1`, [email]);
    expect((await firstOf(email)).code).toBe('sign_up_expired');
  });

  it('AC-02 the address of the sign-up has an account, or got one when another sign-up was confirmed', async () => {
    const owner = await given.member(app);
    const onTaken = await signUp(owner.email);
    const rival = await signUp();
    await afterCooldown(app);
    await given.member(app, { email: rival.email });
    for (const { loginId } of [onTaken, rival])
      expect(await diagnose(loginId)).toEqual({
        memberId: null,
        findings: [{ code: 'sign_up_address_taken', at: expect.any(String) }],
      });
    expect((await diagnose(owner.email)).memberId).toBe(owner.id);
    await app.sql.query(`UPDATE members SET email = $2, email_key = $2 WHERE email_key = $1`, [
      ...[rival.email, unique.email()],
    ]);
    for (const identifier of [rival.email, rival.loginId])
      expect((await firstOf(identifier)).code).toBe('sign_up_address_taken');
  });

  it('AC-02 a sign-up refused through its link counts as no account, and as expired once its time is over', async () => {
    const { email, loginId } = await signUp();
    const { linkToken } = await mailbox.to(email).next();
    await app.client().post('/api/auth/sign-up/discard', { token: linkToken }).expect(204);
    expect(await firstOf(loginId)).toEqual({ code: 'no_account', at: expect.any(String) });
    expect(await firstOf(email)).toEqual({ code: 'no_account' });
    await app.sql.query(
      `UPDATE security_events SET at = at - interval '8 days' WHERE type = 'sign-up.requested' AND details->>'loginId' = $1`,
      [loginId],
    );
    expect((await firstOf(loginId)).code).toBe('sign_up_expired');
  });

  it('AC-02 the mail of the sign-up bounced, or is still in the queue', async () => {
    const { email, loginId } = await signUp();
    const mailId = await bounce(email, 'dead');
    for (const identifier of [email, loginId])
      expect(await firstOf(identifier)).toMatchObject({
        code: 'sign_up_mail_failed',
        params: { mailId, template: 'sign-up', error: 'EENVELOPE: 550 no such user' },
        action: 'retry_mail',
      });
    await bounce(email, 'pending');
    expect(await firstOf(email)).toMatchObject({ code: 'sign_up_mail_waiting', params: { attempts: 3 } });
    await app.sql.query(`UPDATE outbox_messages SET status = 'dropped', payload = NULL WHERE id = $1`, [mailId]);
    expect(await firstOf(email)).toMatchObject({ code: 'sign_up_mail_failed', until: expect.any(String) });
    await app.sql.query(`UPDATE outbox_messages SET status = 'sent', payload = NULL WHERE id = $1`, [mailId]);
    expect((await firstOf(email)).code).toBe('sign_up_unconfirmed');
  });

  it('AC-02 an imported account waits for the proof of its address', async () => {
    const { loginId, email } = unique.signUp();
    await app.sql.query(
      `INSERT INTO imported_claims (id, login_id, email, email_key, password_hash, locale, created_at)
       VALUES ($1, $2, $3, $3, '', 'ko', now())`,
      [randomUUID(), loginId, email],
    );
    for (const identifier of [loginId, email]) expect((await firstOf(identifier)).code).toBe('import_unproven');
  });

  it('AC-02 the password was wrong, then logins have to wait; unlocking helps', async () => {
    const member = await given.member(app);
    await login(member, 'wrong').expect(401);
    expect(await firstOf(member.email)).toMatchObject({
      code: 'password_wrong',
      params: { failures: 1 },
      action: 'password_reset',
    });
    for (let failures = 1; failures < 10; failures += 1) await login(member, 'wrong').expect(401);
    const { memberId, findings } = await diagnose(member.loginId);
    expect([memberId, findings.map(({ code }) => code)]).toEqual([member.id, ['login_throttled']]);
    expect(findings[0]).toMatchObject({ params: { failures: 10 }, action: 'unlock' });
    expect(Date.parse(findings[0]!.until!)).toBeGreaterThan(Date.now());
    await act('POST', `${member.id}/unlock`);
    await login(member, member.password).expect(200);
    expect(await firstOf(member.loginId)).toMatchObject({ code: 'no_obstacle', at: expect.any(String) });
  });

  it('AC-02 the second factor was wrong, then second factors have to wait', async () => {
    const member = await enrol(await given.member(app));
    const { body } = await login(member, member.password).expect(200);
    const fail = () => app.client().post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: '000000' });
    for (let failures = 0; failures < 3; failures += 1) await fail();
    expect(await firstOf(member.loginId)).toMatchObject({
      code: 'second_factor_wrong',
      params: { failures: 3, factors: ['totp'], recoveryCodesLeft: 10 },
      action: 'remove_factor',
    });
    for (let failures = 3; failures < 5; failures += 1) await fail();
    expect(await firstOf(member.loginId)).toMatchObject({
      code: 'second_factor_throttled',
      until: expect.any(String),
      action: 'unlock',
    });
  });

  it('AD-02 the removal of a factor is offered to every administrator but its owner', async () => {
    const owner = await givenAdmin(app);
    const { body } = await login(owner, owner.password).expect(200);
    await app.client().post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: '000000' }).expect(400);
    expect((await firstOf(owner.loginId)).action).toBe('remove_factor');
    const own = await app.get(`/api/admin/login-diagnosis?identifier=${owner.loginId}`, owner.accessToken).expect(200);
    expect(own.body.findings[0]).toMatchObject({ code: 'second_factor_wrong', params: { factors: ['totp'] } });
    expect(own.body.findings[0]).not.toHaveProperty('action');
  });

  it('AC-02 an administrator disabled the account, with the reason', async () => {
    const member = await given.member(app);
    await act('PATCH', member.id, { status: 'disabled' }, 'Spam');
    expect(await firstOf(member.email)).toMatchObject({
      code: 'member_disabled',
      at: expect.any(String),
      params: { actorId: admin.id, reason: 'Spam' },
      action: 'enable',
    });
  });

  it('AC-02 the account is closed, and erased after the grace period', async () => {
    const member = await given.member(app);
    await member.client
      .request('DELETE', '/api/members/me', { token: member.accessToken, body: { password: member.password } })
      .expect(204);
    const { code, at, until } = await firstOf(member.loginId);
    expect(code).toBe('account_closed');
    expect(Date.parse(until!) - Date.parse(at!)).toBe(14 * 86_400_000);
    await app.sql.query(`UPDATE members SET closed_at = now() - interval '15 days' WHERE id = $1`, [member.id]);
    expect((await firstOf(member.loginId)).code).toBe('account_erasing');
  });

  it('AC-02 a new password was demanded; or there is none, only an account at a provider', async () => {
    const member = await given.member(app);
    await act('POST', `${member.id}/password-reset`, { reason: 'compromised' }, 'Leaked');
    expect(await firstOf(member.loginId)).toMatchObject({
      code: 'password_change_required',
      params: { why: 'compromised', reason: 'Leaked' },
      action: 'password_reset',
    });
    await app.sql.query(`UPDATE members SET must_change_password = false WHERE id = $1`, [member.id]);
    await app.sql.query(
      `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'kakao', $2)`,
      [member.id, randomUUID()],
    );
    expect(await firstOf(member.loginId)).toMatchObject({
      code: 'no_password',
      params: { providers: ['kakao'], passkeys: 0 },
      action: 'password_reset',
    });
  });

  it('AC-02 the risk rules refused the login or ended the session; a dry run and what precedes a later login do not count', async () => {
    const member = await given.member(app);
    const signals = [{ signal: 'impossible_travel', weight: 100 }];
    const assess = (at: string, outcome: string, dryRun = false) =>
      recordEvent(member.id, 'risk.assessed', { at, outcome, score: 100, signals, dryRun });
    await assess('login', 'end', true);
    await assess('login', 'notify');
    expect((await firstOf(member.loginId)).code).toBe('no_obstacle');
    await assess('login', 'end');
    await assess('login', 'notify');
    expect(await firstOf(member.loginId)).toMatchObject({
      code: 'login_refused_by_risk',
      params: { signals: ['impossible_travel'] },
    });
    await assess('refresh', 'end');
    expect((await firstOf(member.loginId)).code).toBe('session_ended_by_risk');
    await login(member, member.password).expect(200);
    expect((await firstOf(member.loginId)).code).toBe('no_obstacle');
  });

  it('AC-02 mail does not arrive: the last one bounced, or mail to several addresses of the domain does', async () => {
    const domain = `${randomUUID().slice(0, 8)}.test`;
    const members = [
      await given.member(app, { email: `a@${domain}` }),
      await given.member(app, { email: `b@${domain}` }),
    ];
    await outboxEmpty(app);
    const fail = async (member: GivenMember) => {
      await app.client().post('/api/auth/password-reset/send-code', { email: member.email }).expect(202);
      await app.sql.query(
        `UPDATE outbox_messages SET status = 'dead', attempts = 1, last_error = '451 try later' WHERE member_id = $1
         AND template = 'password-reset' AND status = 'pending'`,
        [member.id],
      );
    };
    const { rows } = await app.sql.query(
      `CREATE OR REPLACE FUNCTION hold_${domain.slice(0, 8)}() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN NEW.available_at := now() + interval '1 hour'; RETURN NEW; END $$`,
    );
    expect(rows).toEqual([]);
    await app.sql.query(
      `CREATE TRIGGER hold_back BEFORE INSERT ON outbox_messages FOR EACH ROW EXECUTE FUNCTION hold_${domain.slice(0, 8)}()`,
    );
    let one: Awaited<ReturnType<typeof diagnose>>;
    try {
      await fail(members[0]!);
      one = await diagnose(members[0]!.email);
      await fail(members[1]!);
    } finally {
      await app.sql.query(`DROP TRIGGER hold_back ON outbox_messages`);
    }
    expect(one.findings.map(({ code }) => code)).toEqual(['mail_failed']);
    expect(one.findings[0]).toMatchObject({
      params: { template: 'password-reset', error: '451 try later' },
      action: 'retry_mail',
    });
    expect((await diagnose(members[0]!.email)).findings.map(({ code }) => code)).toEqual([
      'mail_failed',
      'mail_domain_failing',
    ]);
    const stranger = await diagnose(`c@${domain}`);
    expect(stranger.findings).toEqual([
      { code: 'no_account' },
      { code: 'mail_domain_failing', params: { domain, addresses: 2, error: '451 try later' } },
    ]);
  });

  it('AC-02 the person uses a former address of the account', async () => {
    const member = await given.member(app);
    const old = unique.email();
    await app.sql.query(
      `INSERT INTO email_changes (id, member_id, old_email, old_email_key, undo_digest, undo_until)
       VALUES (gen_random_uuid(), $1, $2, $2, $3, now() + interval '1 day')`,
      [member.id, old, Buffer.from(randomUUID())],
    );
    const { memberId, findings } = await diagnose(old);
    expect([memberId, findings.map(({ code }) => code)]).toEqual([member.id, ['address_changed', 'no_obstacle']]);
  });

  it('AC-02 is open to API keys that read members, and recorded as a view of the member', async () => {
    const member = await given.member(app);
    const path = `/api/admin/login-diagnosis?identifier=${member.loginId}`;
    const { key } = await givenApiKey(app, ['members:read']);
    const { key: other } = await givenApiKey(app, ['outbox:read']);
    await app.get(path, key).expect(200);
    await app.get(path, other).expect(403);
    await app.get(path, member.accessToken).expect(403);
    const { rows } = await app.sql.query(
      `SELECT details FROM security_events WHERE member_id = $1 AND type = 'member.viewed'`,
      [member.id],
    );
    expect(rows).toEqual([{ details: { what: 'login-diagnosis' } }]);
  });

  it('AC-02 shows an API key that reads members no signals of the audit log and no error of a mail', async () => {
    const { email } = await signUp();
    await bounce(email, 'dead');
    const { body } = await app.get(`/api/admin/login-diagnosis?identifier=${email}`, await keyWith('members:read'));
    expect(body.findings[0]).toMatchObject({ code: 'sign_up_mail_failed' });
    expect(body.findings[0].params).toBeUndefined();
    const key = await keyWith('members:read', 'outbox:read');
    const { body: more } = await app.get(`/api/admin/login-diagnosis?identifier=${email}`, key);
    expect(more.findings[0].params.error).toContain('550');
  });

  it('AC-04 is recorded also where no member has the identifier, without naming it', async () => {
    const { email } = await signUp();
    const other = unique.loginId();
    for (const identifier of [email, other]) await diagnose(identifier);
    const { rows } = await app.sql.query(
      `SELECT details FROM security_events WHERE type = 'members.listed' AND actor_id = $1 ORDER BY id DESC LIMIT 2`,
      [admin.id],
    );
    expect(rows.map(({ details }) => details)).toEqual(
      [other, email].map((identifier) => ({
        members: 0,
        filter: { list: 'login-diagnosis', query: `${identifier[0]}***` },
      })),
    );
  });
});
