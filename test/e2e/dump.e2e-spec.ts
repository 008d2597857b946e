import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenApiKey, type GivenApiKey } from '../support/api-keys.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { askFor, resetTokenFor } from '../support/recovery.js';
import { enrol, type EnrolledMember } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';

/** An attacker has read the whole database, from a lost backup or through another program. */
describe('database dump', () => {
  let app: TestApp;
  let ada: EnrolledMember;
  let grace: GivenMember;
  /** Has to wait before logging in, except on a known device. */
  let bea: GivenMember;
  let apiKey: GivenApiKey;
  /** All credentials in the form in which their owners use them. */
  let secrets: Record<string, string>;
  let values: string[];

  beforeAll(async () => {
    // The wait of bea must not end during the test.
    app = await TestApp.start({ env: { LOGIN_FIRST_WAIT_SECONDS: '900' } });
    ada = await enrol(await given.member(app));
    grace = await given.member(app);
    bea = await given.member(app);
    const pending = unique.signUp();
    const { body: signUp } = await app.post('/api/auth/sign-up', pending).expect(202);
    const signUpMail = await mailbox.to(pending.email).next();
    const newEmail = unique.email();
    const { body: emailChange } = await grace.client
      .post('/api/members/me/email/send-code', { newEmail, password: grace.password }, grace.accessToken)
      .expect(202);
    const emailChangeMail = await mailbox.to(newEmail).next();
    const login = { identifier: ada.loginId, password: ada.password };
    const { body: challenge } = await ada.client.post('/api/auth/login', login).expect(200);
    const resetToken = await resetTokenFor(app, grace);
    const find = await askFor(app, 'login-id', ada);
    apiKey = await givenApiKey(app, ['members:read']);
    await outboxEmpty(app);
    secrets = {
      password: ada.password,
      'password of a sign-up': pending.password,
      'access token': ada.accessToken,
      'refresh token': ada.refreshToken,
      'device token': ada.deviceToken,
      'device token of a blocked member': bea.deviceToken,
      'mfa token': challenge.mfaToken,
      'secret of an API key': apiKey.key.slice(-43),
      'reset token': resetToken,
      'TOTP secret': ada.secret,
      'id of a sign-up': signUp.signUpId,
      'link of a sign-up': signUpMail.linkToken!,
      'request id of an e-mail change': emailChange.requestId,
      'link of an e-mail change': emailChangeMail.linkToken!,
      'request id of a recovery': find.requestId,
      ...Object.fromEntries(ada.recoveryCodes.map((code, index) => [`recovery code ${index}`, code])),
    };
    values = await everyValue(app);
  });
  afterAll(() => app.stop());

  it('SL-02 contains none of the credentials in any encoding', () => {
    expect(values.length).toBeGreaterThan(200);
    const all = values.join('\n');
    expect(all).toContain(ada.loginId); // sanity check: this is the dump
    for (const [name, secret] of Object.entries(secrets)) {
      const bare = secret.replaceAll('-', '');
      for (const spelling of [
        secret,
        bare,
        Buffer.from(secret).toString('hex'),
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      ])
        expect([name, all.includes(spelling)]).toEqual([name, false]);
      // A base64url token might be stored as its decoded bytes.
      const bytes = Buffer.from(secret, 'base64url').toString('hex');
      expect([name, bytes.length > 20 && all.includes(bytes)]).toEqual([name, false]);
    }
  });

  it('SL-02 is of no use as a credential: no operation accepts any of its values', async () => {
    const wrong = { identifier: bea.loginId, password: 'wrong giraffe 12' };
    for (let failures = 0; failures < 10; failures += 1) await app.client().post('/api/auth/login', wrong).expect(401);
    const operations: Record<string, (value: string) => Promise<HttpAnswer>> = {
      login: (password) => app.client().post('/api/auth/login', { identifier: grace.loginId, password }),
      device: (deviceToken) =>
        app.client().post('/api/auth/login', { identifier: bea.loginId, password: bea.password, deviceToken }),
      bearer: (token) => app.get('/api/members/me', token),
      'API key': (secret) => app.get('/api/admin/members', apiKey.key.slice(0, -43) + secret),
      refresh: (refreshToken) => app.post('/api/auth/refresh', { refreshToken }),
      reset: (resetToken) => app.post('/api/auth/password-reset', { resetToken, newPassword: unique.password() }),
      'reset link': (token) => app.post('/api/auth/password-reset/confirm-link', { token }),
      'sign-up link': (token) => app.post('/api/auth/sign-up/inspect-link', { token }),
      'sign-up resend': (signUpId) => app.post('/api/auth/sign-up/resend', { signUpId }),
      'address link': (token) => app.post('/api/members/me/email/confirm-link', { token }),
      'undo link': (token) => app.post('/api/members/me/email/undo', { token }),
      'not-me link': (token) => app.post('/api/auth/not-me', { token }),
      'second factor': (mfaToken) => app.post('/api/auth/login/mfa', { mfaToken, code: ada.recoveryCodes[0] }),
    };
    const candidates = values.filter((value) => value.length >= 16 && /^[!-~]{1,1500}$/.test(value));
    expect(candidates.length).toBeGreaterThan(100);
    const forms: Record<string, RegExp> = {
      login: /argon2/,
      device: new RegExp(`^[\\w-]{${bea.deviceToken.length}}$`), // a digest in base64url has this form
    };
    const accepted: string[] = [];
    for (const [operation, send] of Object.entries(operations)) {
      // Each attempt to log in costs a hash, so only values of a suitable form are tried there.
      const tried = candidates.filter((value) => (forms[operation] ?? /./).test(value));
      expect([operation, tried.length > 0]).toEqual([operation, true]);
      for (let at = 0; at < tried.length; at += 20) {
        const some = tried.slice(at, at + 20);
        const answers = await Promise.all(some.map(send));
        answers.forEach(({ status }, index) => status < 400 && accepted.push(`${operation}: ${some[index]}`));
        expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      }
    }
    expect(accepted).toEqual([]);
    // Sanity check: the real credentials work.
    expect((await operations['device']!(bea.deviceToken)).status).toBe(200);
    expect((await app.get('/api/members/me', secrets['access token'])).status).toBe(200);
    expect((await app.get('/api/admin/members', apiKey.key)).status).toBe(200);
    expect((await app.post('/api/auth/sign-up/inspect-link', { token: secrets['link of a sign-up'] })).status).toBe(
      200,
    );
  });
});

/** Every value of every table: text unchanged, binary values as text, hex and base64url. */
async function everyValue({ sql }: TestApp): Promise<string[]> {
  const { rows: tables } = await sql.query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  const values = new Set<string>();
  for (const { name } of tables) {
    const { rows } = await sql.query(`SELECT * FROM "${name}"`);
    for (const value of rows.flatMap((row) => Object.values(row as Record<string, unknown>))) {
      if (Buffer.isBuffer(value))
        for (const encoding of ['latin1', 'hex', 'base64url'] as const) values.add(value.toString(encoding));
      else if (value !== null) values.add(typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return [...values];
}
