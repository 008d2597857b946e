import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { askFor, resetTokenFor } from '../support/recovery.js';
import { enrol, type EnrolledMember } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';

/** Somebody reads the whole database, from a backup that was lost or through a hole in another program. */
describe('a dump of the database', () => {
  let app: TestApp;
  let ada: EnrolledMember;
  let grace: GivenMember;
  /** Everything that opens something, as its owner has it. */
  let secrets: Record<string, string>;
  let values: string[];

  beforeAll(async () => {
    app = await TestApp.start();
    ada = await enrol(await given.member(app));
    grace = await given.member(app);
    const claim = unique.signUp();
    const { body: signUp } = await app.post('/api/auth/sign-up', claim).expect(202);
    const claimMail = await mailbox.to(claim.email).next();
    const newEmail = unique.email();
    const { body: move } = await grace.client
      .post('/api/members/me/email/send-code', { newEmail, password: grace.password }, grace.accessToken)
      .expect(202);
    const moveMail = await mailbox.to(newEmail).next();
    const login = { identifier: ada.loginId, password: ada.password };
    const { body: challenge } = await ada.client.post('/api/auth/login', login).expect(200);
    const resetToken = await resetTokenFor(app, grace);
    const find = await askFor(app, 'login-id', ada);
    await outboxEmpty(app);
    secrets = {
      password: ada.password,
      'password of a claim': claim.password,
      'access token': ada.accessToken,
      'refresh token': ada.refreshToken,
      'device token': ada.deviceToken,
      'mfa token': challenge.mfaToken,
      'reset token': resetToken,
      'TOTP secret': ada.secret,
      'handle of a claim': signUp.signUpId,
      'link of a claim': claimMail.linkToken!,
      'handle of a move': move.requestId,
      'link of a move': moveMail.linkToken!,
      'handle of a recovery': find.requestId,
      ...Object.fromEntries(ada.recoveryCodes.map((code, index) => [`recovery code ${index}`, code])),
    };
    values = await everyValue(app);
  });
  afterAll(() => app.stop());

  it('SL-02 holds none of the secrets that open something, in any spelling', () => {
    expect(values.length).toBeGreaterThan(200);
    const all = values.join('\n');
    expect(all).toContain(ada.loginId); // it is the dump
    for (const [name, secret] of Object.entries(secrets)) {
      const bare = secret.replaceAll('-', '');
      for (const spelling of [
        secret,
        bare,
        Buffer.from(secret).toString('hex'),
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      ])
        expect([name, all.includes(spelling)]).toEqual([name, false]);
      // A token that travels in base64url would stand here as the bytes that it spells.
      const bytes = Buffer.from(secret, 'base64url').toString('hex');
      expect([name, bytes.length > 20 && all.includes(bytes)]).toEqual([name, false]);
    }
  });

  it('SL-02 opens nothing: what stands in it is no credential', async () => {
    const { accessToken } = ada;
    const doors: Record<string, (value: string) => Promise<HttpAnswer>> = {
      login: (password) => app.client().post('/api/auth/login', { identifier: grace.loginId, password }),
      device: (deviceToken) =>
        app.client().post('/api/auth/login', { identifier: grace.loginId, password: 'wrong', deviceToken }),
      bearer: (token) => app.get('/api/members/me', token),
      refresh: (refreshToken) => app.post('/api/auth/refresh', { refreshToken }),
      reset: (resetToken) => app.post('/api/auth/password-reset', { resetToken, newPassword: unique.password() }),
      'reset link': (token) => app.post('/api/auth/password-reset/confirm-link', { token }),
      'sign-up link': (token) => app.post('/api/auth/sign-up/inspect-link', { token }),
      'sign-up resend': (signUpId) => app.post('/api/auth/sign-up/resend', { signUpId }),
      'address link': (token) => app.post('/api/members/me/email/confirm-link', { token }),
      'undo link': (token) => app.post('/api/members/me/email/undo', { token }),
      'not-me link': (token) => app.post('/api/auth/not-me', { token }),
      'second factor': (mfaToken) => app.post('/api/auth/login/mfa', { mfaToken, code: ada.recoveryCodes[0] }),
      code: (code) => app.post('/api/members/me/totp/confirm', { code }, accessToken),
    };
    const candidates = values.filter((value) => value.length >= 16 && /^[!-~]{1,1500}$/.test(value));
    expect(candidates.length).toBeGreaterThan(100);
    const opened: string[] = [];
    for (const [door, open] of Object.entries(doors)) {
      // A few passwords will do: each costs a hash, and none but a hash is even like one.
      const tried =
        door === 'login' || door === 'device' ? candidates.filter((value) => /argon2/.test(value)) : candidates;
      for (let at = 0; at < tried.length; at += 20) {
        const some = tried.slice(at, at + 20);
        const answers = await Promise.all(some.map(open));
        answers.forEach(({ status }, index) => status < 400 && opened.push(`${door}: ${some[index]}`));
        expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      }
    }
    expect(opened).toEqual([]);
    // It was not for want of good ones.
    expect((await app.get('/api/members/me', secrets['access token'])).status).toBe(200);
    expect((await app.post('/api/auth/sign-up/inspect-link', { token: secrets['link of a claim'] })).status).toBe(200);
  });
});

/** Every value of every table: text as it is, binary as text, in hex and in base64url. */
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
