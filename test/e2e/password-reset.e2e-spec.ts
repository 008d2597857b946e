import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { given, type GivenMember, unique } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { afterCooldown, askFor, newestEmailChallenge, resetTokenFor } from '../support/recovery.js';
import { TEST_SECRET } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';

describe('forgotten password', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  const login = (identifier: string, password: string) => app.post('/api/auth/login', { identifier, password });
  const reset = (newPassword: unknown, token?: string) => app.post('/api/auth/password-reset', { newPassword }, token);
  const confirmLink = (token: string | undefined) => app.post('/api/auth/password-reset/confirm-link', { token });

  it('the mailed code sets a new password and opens no session', async () => {
    const ada = await given.member(app);
    const { requestId, mail } = await askFor(app, 'password-reset', ada);
    const { body } = await app
      .post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code })
      .expect(200);
    expect(body).toEqual({ resetToken: expect.any(String), expiresIn: expect.any(Number) });
    expect(body.expiresIn).toBeGreaterThan(300);
    expect(body.expiresIn).toBeLessThanOrEqual(600); // TK-05

    const newPassword = unique.password();
    const answer = await reset(newPassword, body.resetToken).expect(204);
    expect([answer.text, answer.headers['set-cookie']]).toEqual(['', undefined]);
    await login(ada.loginId, newPassword).expect(200);
    await login(ada.email, newPassword).expect(200);
    await login(ada.loginId, ada.password).expect(401);
  });

  it('the mailed link sets a new password, with the reset token in the body', async () => {
    const ada = await given.member(app);
    const { mail } = await askFor(app, 'password-reset', ada);
    const { body } = await confirmLink(mail.linkToken).expect(200);
    expect(body).toEqual({
      resetToken: expect.any(String),
      expiresIn: expect.any(Number),
      maskedLoginId: `ad***${ada.loginId.at(-1)}`,
    });
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword, resetToken: body.resetToken }).expect(204);
    await login(ada.loginId, newPassword).expect(200);
  });

  it('OC-05 only a POST uses the link; opening it, as mail scanners do, changes nothing', async () => {
    const ada = await given.member(app);
    const { mail } = await askFor(app, 'password-reset', ada);
    const { pathname, hash } = new URL(mail.links.find((link) => link.includes('#token='))!);
    for (const path of [pathname, `${pathname}?${hash.slice(1)}`])
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'GET']) await app.request(method, path);
    await confirmLink(mail.linkToken).expect(200);
  });

  it('a new password ends all sessions', async () => {
    const ada = await given.member(app);
    const { body: phone } = await login(ada.loginId, ada.password).expect(200);
    await reset(unique.password(), await resetTokenFor(app, ada)).expect(204);
    for (const { accessToken, refreshToken } of [ada, phone]) {
      expect((await app.get('/api/members/me', accessToken).expect(401)).body.code).toBe('session_ended');
      expect((await app.post('/api/auth/refresh', undefined, refreshToken).expect(401)).body.code).toBe(
        'session_ended',
      );
    }
  });

  it('a new password is mailed to its owner, without any secret', async () => {
    const ada = await given.member(app);
    const resetToken = await resetTokenFor(app, ada);
    const asked = (await mailbox.to(ada.email).all()).at(-1);
    const newPassword = unique.password();
    await reset(newPassword, resetToken).expect(204);
    const notice = await mailbox.to(ada.email).next({ after: asked });
    expect(notice.subject).toBe('[Munjigi] Your password was changed');
    expect(notice.text).toContain('with a code or link from this mailbox');
    expect(notice.code).toBeUndefined();
    expect(notice.raw).not.toContain(newPassword);
  });

  it('ML-06 the mail has a subject without secrets and names its validity', async () => {
    const ada = await given.member(app, { name: 'Ada' });
    const { mail } = await askFor(app, 'password-reset', ada);
    expect(mail.subject).toBe('[Munjigi] Set a new password');
    expect(mail.to).toEqual([ada.email]);
    expect(mail.text).toContain('10 minutes');
    expect(mail.text).toContain('30 minutes');
    expect(mail.text).not.toContain(ada.loginId); // masked
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it('BF-04 a reset opens an account that guessing has locked', async () => {
    const ada = await given.member(app);
    for (let failures = 0; failures < 10; failures += 1) await login(ada.loginId, 'wrong giraffe 12').expect(401);
    await login(ada.loginId, ada.password).expect(401);
    const newPassword = unique.password();
    await reset(newPassword, await resetTokenFor(app, ada)).expect(204);
    await login(ada.loginId, newPassword).expect(200);
  });

  it('a member who must change the password can do it by reset', async () => {
    const ada = await given.member(app);
    await app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
    const { body } = await login(ada.loginId, ada.password).expect(200);
    expect(body).toEqual({
      status: 'password_change_required',
      resetToken: expect.any(String),
      expiresIn: expect.any(Number),
    });
    const newPassword = unique.password();
    await reset(newPassword, body.resetToken).expect(204);
    expect((await login(ada.loginId, newPassword).expect(200)).body.status).toBe('authenticated');
  });

  describe('reset request with a login ID', () => {
    it('it is mailed when the login ID belongs to the address, in any spelling', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada, {
        loginId: ` ${ada.loginId.toUpperCase()}`,
      });
      await app.post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code }).expect(200);
    });

    it('EN-07 a login ID of another member or of none gets the same answer and no mail', async () => {
      const [ada, eve] = [await given.member(app), await given.member(app)];
      for (const loginId of [eve.loginId, unique.loginId()]) {
        const { body } = await app
          .post('/api/auth/password-reset/send-code', { email: ada.email, loginId })
          .expect(202);
        expect(body).toEqual({ requestId: expect.stringMatching(/^[\w-]{43}$/), resendAfter: 60, expiresIn: 600 });
        expect(await newestEmailChallenge(app, ada.email)).toMatchObject({ isDecoy: true });
        await afterCooldown(app);
      }
      for (const { email } of [ada, eve]) await mailbox.expectNone(email, app, 1); // the one of the sign-up
    });

    it('BF-08 a wrong login ID neither uses up the owner’s mail nor brings it earlier', async () => {
      const ada = await given.member(app);
      const askWrongly = () =>
        app.post('/api/auth/password-reset/send-code', { email: ada.email, loginId: unique.loginId() }).expect(202);
      await Promise.all(Array.from({ length: 7 }, askWrongly));
      await askFor(app, 'password-reset', ada);
      // The mail was sent, so the cooldown runs, and a wrong login ID does not end it.
      await askWrongly();
      await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
      await mailbox.expectNone(ada.email, app, 2);
    });
  });

  describe('TK-08 reset token', () => {
    const expectDead = async (token: string, { loginId, password }: GivenMember): Promise<void> => {
      const { body } = await reset(unique.password(), token).expect(401);
      expect(body.code).toBe('token_invalid');
      await login(loginId, password).expect(200);
    };

    it('it works once', async () => {
      const ada = await given.member(app);
      const token = await resetTokenFor(app, ada);
      const password = unique.password();
      await reset(password, token).expect(204);
      await expectDead(token, { ...ada, password });
    });

    it('it dies when the password is changed in another way', async () => {
      const ada = await given.member(app);
      const token = await resetTokenFor(app, ada);
      const password = unique.password();
      const change = { currentPassword: ada.password, newPassword: password };
      await app.post('/api/members/me/password', change, ada.accessToken).expect(204);
      await expectDead(token, { ...ada, password });
    });

    it('it dies when another code is requested', async () => {
      const ada = await given.member(app);
      const token = await resetTokenFor(app, ada);
      await askFor(app, 'password-reset', ada);
      await expectDead(token, ada);
    });

    it('it expires', async () => {
      const ada = await given.member(app);
      const token = await resetTokenFor(app, ada);
      await app.sql.query('UPDATE reset_grants SET expires_at = now() WHERE member_id = $1', [ada.id]);
      await expectDead(token, ada);
    });

    it('a genuine expired token is reported as expired', async () => {
      const ada = await given.member(app);
      const token = await resetTokenFor(app, ada);
      const late = signedAgain(token, (claims) => ({ ...claims, iat: claims.iat - 700, exp: claims.exp - 700 }));
      expect((await reset(unique.password(), late).expect(401)).body.code).toBe('token_expired');
      await reset(
        unique.password(),
        signedAgain(token, (claims) => claims),
      ).expect(204); // so the expiry was the reason
    });

    it('it does nothing for a member disabled in between', async () => {
      const ada = await given.member(app);
      const token = await resetTokenFor(app, ada);
      const setStatus = (status: string) =>
        app.sql.query('UPDATE members SET status = $2 WHERE id = $1', [ada.id, status]);
      await setStatus('disabled');
      expect((await reset(unique.password(), token).expect(401)).body.code).toBe('token_invalid');
      await setStatus('active');
      await login(ada.loginId, ada.password).expect(200);
    });

    it('it sets no other member’s password: a body with further fields is refused', async () => {
      const [ada, eve] = [await given.member(app), await given.member(app)];
      const token = await resetTokenFor(app, eve);
      const newPassword = unique.password();
      for (const extra of [{ email: ada.email }, { memberId: ada.id }, { sub: ada.id }, { loginId: ada.loginId }]) {
        const { body } = await app.post('/api/auth/password-reset', { newPassword, ...extra }, token).expect(422);
        expect(body.errors).toEqual([expect.objectContaining({ code: 'unknown_field' })]);
      }
      await login(ada.loginId, ada.password).expect(200);
    });

    it('TK-04 it is neither an access nor a refresh token, and those are no reset tokens', async () => {
      const ada = await given.member(app);
      const token = await resetTokenFor(app, ada);
      await app.get('/api/members/me', token).expect(401);
      await app.post('/api/auth/refresh', undefined, token).expect(401);
      await app.post('/api/auth/logout', undefined, token).expect(401);
      for (const other of [ada.accessToken, ada.refreshToken, ada.deviceToken, `${token}x`, 'x', undefined])
        await reset(unique.password(), other).expect(401);
      await reset(unique.password(), token).expect(204);
    });

    it('TK-10 it holds the member id and no other data', async () => {
      const ada = await given.member(app);
      const claims = claimsOf(await resetTokenFor(app, ada));
      expect(claims).toEqual({
        iss: 'http://localhost:3000',
        aud: 'reset',
        sub: ada.id,
        jti: expect.any(String),
        iat: expect.any(Number),
        exp: claims.iat + 600,
      });
    });
  });

  it('PW-01 PW-04 a weak password is refused, and the token stays valid', async () => {
    const ada = await given.member(app, { name: 'Wilhelmina Ada' });
    const token = await resetTokenFor(app, ada);
    const refusals: [unknown, string, string][] = [
      ['aB3$xyz', 'validation_failed', 'password_too_short'],
      ['🦒🦒🦒🦒', 'validation_failed', 'password_too_short'], // eight UTF-16 units, four characters
      ['tall giraffe '.repeat(9) + 'x'.repeat(12), 'validation_failed', 'password_too_long'], // 129
      ['x'.repeat(50_000), 'validation_failed', 'password_too_long'],
      ['password123', 'password_too_common', 'password_too_common'],
      ['PassWord123', 'password_too_common', 'password_too_common'],
      [ada.loginId, 'password_too_common', 'password_personal'],
      [`${ada.email.split('@')[0]}1`, 'password_too_common', 'password_personal'],
      [ada.email, 'password_too_common', 'password_personal'],
      ['WILHELMINA', 'password_too_common', 'password_personal'],
      ['Munjigi!', 'password_too_common', 'password_personal'],
      ['aaaaaaaaaaaa', 'validation_failed', 'password_too_weak'],
      ['tall\u0000giraffe 77 qx', 'validation_failed', 'invalid_characters'],
      ['tall giraffe 77 \ud800', 'validation_failed', 'invalid_characters'],
      ['', 'validation_failed', 'required'],
      [null, 'validation_failed', 'not_a_string'],
      [[], 'validation_failed', 'not_a_string'],
      [undefined, 'validation_failed', 'required'],
    ];
    for (const [password, code, fieldCode] of refusals) {
      const { status, body } = await reset(password, token);
      expect([password, status, body.code]).toEqual([password, 422, code]);
      expect(body.errors).toEqual([expect.objectContaining({ field: 'newPassword', code: fieldCode })]);
    }
    await login(ada.loginId, ada.password).expect(200);

    const longest = `${'tall giraffe '.repeat(9)}🦒${'x'.repeat(10)}`; // 128 characters
    await reset(longest, token).expect(204);
    await login(ada.loginId, longest).expect(200);
    await login(ada.loginId, longest.slice(0, -1)).expect(401);
  });

  it('every step is recorded in the audit log', async () => {
    const ada = await given.member(app);
    await reset(unique.password(), await resetTokenFor(app, ada)).expect(204);
    await outboxEmpty(app);
    const { rows } = await app.sql.query(
      `SELECT type, details FROM security_events WHERE member_id = $1 AND type LIKE 'password.%' ORDER BY id`,
      [ada.id],
    );
    expect(rows).toEqual([
      { type: 'password.reset_requested', details: {} },
      { type: 'password.reset_proven', details: { by: 'code' } },
      { type: 'password.reset', details: {} },
    ]);
  });
});

interface ResetClaims {
  iat: number;
  exp: number;
}

function claimsOf(token: string): ResetClaims {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')) as ResetClaims;
}

/** The same token with other claims, signed with the server's key. */
function signedAgain(token: string, change: (claims: ResetClaims) => ResetClaims): string {
  const [header] = token.split('.');
  const payload = Buffer.from(JSON.stringify(change(claimsOf(token)))).toString('base64url');
  const key = new KeyRing([TEST_SECRET]).current('token:reset+jwt:HS512');
  const signature = createHmac('sha512', key).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}
