import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyedDigest } from '../../src/platform/crypto/digest.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { Authenticator } from '../support/authenticator.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { addPasskey, beginPasskey, confirmPasskey } from '../support/passkeys.js';
import { codeAt, confirmCode, enrol } from '../support/second-factor.js';
import { TEST_PUBLIC_URL, TEST_SECRET } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';

const login = (member: GivenMember, client: HttpClient = member.client) =>
  client.post('/api/auth/login', { identifier: member.loginId, password: member.password });

async function challenge(member: GivenMember, more: object = {}): Promise<string> {
  const { body } = await member.client
    .post('/api/auth/login', { identifier: member.loginId, password: member.password, ...more })
    .expect(200);
  expect(body).toEqual({
    status: 'mfa_required',
    mfaToken: expect.any(String),
    methods: ['totp', 'recovery_code'],
    expiresIn: expect.any(Number),
  });
  return body.mfaToken;
}

describe('second factor', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  it('it is set up with a QR code, confirmed, and asked for at login', async () => {
    const ada = await given.member(app);
    const { body: totp } = await ada.client
      .post('/api/members/me/totp', { password: ada.password }, ada.accessToken)
      .expect(200);
    expect(totp.otpauthUrl).toContain(`secret=${totp.secret}`);
    expect(totp.qrSvg).toMatch(/^<svg/);
    // Not confirmed yet: the password alone still logs in.
    expect((await login(ada).expect(200)).body.status).toBe('authenticated');
    await ada.client.post('/api/members/me/totp/confirm', { code: '000000' }, ada.accessToken).expect(400);
    const { body } = await ada.client
      .post('/api/members/me/totp/confirm', { code: codeAt(totp.secret) }, ada.accessToken)
      .expect(200);
    expect(new Set(body.recoveryCodes).size).toBe(10);

    const mfaToken = await challenge(ada);
    const { body: tokens } = await ada.client
      .post('/api/auth/login/mfa', { mfaToken, code: codeAt(totp.secret, 1) })
      .expect(200);
    expect(tokens.status).toBe('authenticated');
    await ada.client.get('/api/members/me', tokens.accessToken).expect(200);
    const mails = await mailbox.to(ada.email).waitForCount(2);
    expect(mails.at(-1)!.text).not.toContain(totp.secret);
  });

  it.each([
    ['an app', enrol],
    ['a passkey', addPasskey],
  ])('AD-01 the first app or passkey ends the sessions opened without it: %s', async (_, add) => {
    const ada = await given.member(app);
    const { body: other } = await login(ada, app.client()).expect(200);
    const enrolled = await add(ada);
    await app.get('/api/members/me', other.accessToken).expect(401);
    const { body: refused } = await app.post('/api/auth/refresh', { refreshToken: other.refreshToken }).expect(401);
    expect(refused.code).toBe('session_ended');
    await app.post('/api/auth/reauthenticate', { password: ada.password }, other.accessToken).expect(401);
    // The session that added the factor stays, because it has just shown the factor.
    await ada.client.get('/api/members/me', ada.accessToken).expect(200);
    const { rows } = await app.sql.query(
      `SELECT session_id AS id, details->>'reason' AS reason FROM security_events WHERE member_id = $1 AND type = 'session.ended'`,
      [ada.id],
    );
    expect(rows).toEqual([{ id: other.sessionId, reason: 'two-factor-enabled' }]);

    // A further app or passkey ends no session: by now every session has shown a second factor.
    const code = enrolled.recoveryCodes[0];
    const { body: later } = await ada.client
      .post('/api/auth/login/mfa', { mfaToken: (await login(ada).expect(200)).body.mfaToken, code })
      .expect(200);
    await confirmCode(ada, enrolled.recoveryCodes[1]!);
    await (add === enrol ? addPasskey(ada) : enrol(ada));
    await app.get('/api/members/me', later.accessToken).expect(200);
  });

  it.each([
    ['an app', enrol],
    ['a passkey', addPasskey],
  ])(
    'CC-09 the first app or passkey voids the address change that was begun in another session: %s',
    async (_, add) => {
      const ada = await given.member(app);
      const { body: other } = await login(ada, app.client()).expect(200);
      const change = { newEmail: unique.email(), password: ada.password };
      await app.post('/api/members/me/email/send-code', change, other.accessToken).expect(202);
      const { linkToken: token } = await mailbox.to(change.newEmail).next();
      await add(ada);
      const late = await app.post('/api/members/me/email/confirm-link', { token });
      expect([late.status, late.body.code]).toEqual([400, 'link_invalid']);
      await app.post('/api/members/me/email/send-code', change, ada.accessToken).expect(202);
    },
  );

  it('OC-04 IV-10 its codes are read as any keyboard or paste brings them', async () => {
    const ada = await enrol(await given.member(app));
    const fullWidth = (text: string): string =>
      text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
    const [first, second] = ada.recoveryCodes as [string, string];
    const appCode = codeAt(ada.secret, 1);
    const typed = [
      fullWidth(appCode),
      `\ufeff${fullWidth(first.toUpperCase())}\r\n`,
      `${second.replace('-', '\u2011')}\u200b`,
    ];
    for (const code of typed) {
      const answer = await ada.client.post('/api/auth/login/mfa', { mfaToken: await challenge(ada), code });
      expect([code, answer.status]).toEqual([code, 200]);
    }
  });

  it('its state and the number of recovery codes are shown without a recent login', async () => {
    const ada = await given.member(app);
    const status = async () => (await ada.client.get('/api/members/me/totp', ada.accessToken).expect(200)).body;
    expect(await status()).toEqual({ enabled: false, recoveryCodesLeft: 0 });
    const { body: waiting } = await ada.client
      .post('/api/members/me/totp', { password: ada.password }, ada.accessToken)
      .expect(200);
    expect(await status()).toEqual({ enabled: false, recoveryCodesLeft: 0 }); // not confirmed yet
    const { body } = await ada.client
      .post('/api/members/me/totp/confirm', { code: codeAt(waiting.secret) }, ada.accessToken)
      .expect(200);
    const mfaToken = await challenge(ada);
    await ada.client.post('/api/auth/login/mfa', { mfaToken, code: body.recoveryCodes[0] }).expect(200);
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE member_id = $1`, [
      ada.id,
    ]);
    expect(await status()).toEqual({ enabled: true, recoveryCodesLeft: 9 });
  });

  it('OC-07 no code works twice or out of order, and at most one time step of drift is accepted', async () => {
    const ada = await enrol(await given.member(app));
    const mfa = async (code: string) =>
      ada.client.post('/api/auth/login/mfa', { mfaToken: await challenge(ada), code });
    expect((await mfa(ada.usedCode)).status).toBe(400);
    expect((await mfa(codeAt(ada.secret, -3))).status).toBe(400);
    expect((await mfa(codeAt(ada.secret, 3))).status).toBe(400);
    const [older, code] = [codeAt(ada.secret), codeAt(ada.secret, 1)];
    expect((await mfa(code)).status).toBe(200);
    expect((await mfa(code)).status).toBe(400);
    // Without the code of the newer step, the older one would be right.
    expect((await mfa(older)).status).toBe(400);
  });

  it('OC-07 a confirmed app is not overwritten', async () => {
    const ada = await enrol(await given.member(app));
    const again = await ada.client.post('/api/members/me/totp', { password: ada.password }, ada.accessToken);
    expect([again.status, again.body.code]).toEqual([409, 'totp_already_enabled']);
  });

  it('OC-08 a recovery code works once, is mailed about, and dies with its set', async () => {
    const ada = await enrol(await given.member(app));
    const [first, second] = ada.recoveryCodes;
    const mfa = async (code: string) =>
      ada.client.post('/api/auth/login/mfa', { mfaToken: await challenge(ada), code });
    expect((await mfa(first!.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    expect((await mfa(first!)).status).toBe(400);
    const { rows } = await app.sql.query('SELECT digest FROM recovery_codes WHERE member_id = $1', [ada.id]);
    expect(rows).toHaveLength(10);
    const { body } = await ada.client
      .post('/api/members/me/recovery-codes', { password: ada.password, code: codeAt(ada.secret, 1) }, ada.accessToken)
      .expect(200);
    expect((await mfa(second!)).status).toBe(400);
    expect((await mfa(body.recoveryCodes[0])).status).toBe(200);
    const subjects = (await mailbox.to(ada.email).waitForCount(5)).map(({ text }) => text);
    expect(subjects.join('\n')).toMatch(/recovery code/i);
  });

  it('OC-10 attempts count per account over all logins, and then the right code has to wait', async () => {
    const ada = await enrol(await given.member(app));
    const tokens = await Promise.all(Array.from({ length: 6 }, () => challenge(ada)));
    const statuses: number[] = [];
    for (const mfaToken of tokens) {
      statuses.push((await app.client().post('/api/auth/login/mfa', { mfaToken, code: '000000' })).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    const late = await ada.client.post('/api/auth/login/mfa', { mfaToken: tokens[0], code: codeAt(ada.secret, 1) });
    expect([late.status, late.body.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('OC-10 a used code counts as a wrong one and is recorded', async () => {
    const ada = await enrol(await given.member(app));
    const used = codeAt(ada.secret, 1);
    const mfa = async (code: string) =>
      app.client().post('/api/auth/login/mfa', { mfaToken: await challenge(ada), code });
    expect((await mfa(used)).status).toBe(200);
    const statuses: number[] = [];
    for (const code of ['000000', '000000', '000000', '000000', used, '000000', used])
      statuses.push((await mfa(code)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
    const { rows } = await app.sql.query(
      `SELECT count(*)::int AS failed FROM security_events WHERE member_id = $1 AND type = 'login.second_factor_failed'`,
      [ada.id],
    );
    expect(rows).toEqual([{ failed: 7 }]);
  });

  it('BF-04 wrong codes from elsewhere do not use up the owner’s attempts on a known device or in a session', async () => {
    const ada = await enrol(await given.member(app));
    const mfa = async (code: string, deviceToken?: string) =>
      (await app.client().post('/api/auth/login/mfa', { mfaToken: await challenge(ada, { deviceToken }), code }))
        .status;
    const wrong = [
      await mfa('000000'),
      await mfa('000000'),
      await mfa('000000'),
      await mfa('000000'),
      await mfa('000000'),
    ];
    expect([...wrong, await mfa(ada.recoveryCodes[0]!)]).toEqual([400, 400, 400, 400, 400, 429]);
    // The owner logs in, which does not help attackers on other devices.
    expect(await mfa(ada.recoveryCodes[0]!, ada.deviceToken)).toBe(200);
    expect(await mfa(ada.recoveryCodes[1]!)).toBe(429);
    const remove = (code: string) =>
      ada.client.delete('/api/members/me/totp', { password: ada.password, code }, ada.accessToken);
    expect((await remove('000000')).status).toBe(400);

    // A stolen device has five attempts of its own and does not use up those of the session.
    const stolen: number[] = [];
    for (let i = 0; i < 6; i++) stolen.push(await mfa('000000', ada.deviceToken));
    expect(stolen).toEqual([400, 400, 400, 400, 400, 429]);
    expect((await remove(ada.recoveryCodes[2]!)).status).toBe(204);
  });

  it('OC-10 the wait is at most fifteen minutes', async () => {
    const ada = await enrol(await given.member(app));
    const mfa = async (code: string) =>
      app.client().post('/api/auth/login/mfa', { mfaToken: await challenge(ada), code });
    const [throttleKey] = new KeyRing([TEST_SECRET]).all('login-throttle');
    const key = keyedDigest(throttleKey!, `second-factor:${ada.id}`, '');
    await mfa('000000');
    for (const failures of [99, 5000]) {
      await app.sql.query('UPDATE login_failures SET failures = $2, blocked_until = now() WHERE key = $1', [
        key,
        failures,
      ]);
      expect((await mfa('000000')).status).toBe(400);
      const refused = await mfa(ada.recoveryCodes[0]!);
      expect(refused.status).toBe(429);
      const { rows } = await app.sql.query<{ wait: number }>(
        'SELECT extract(epoch FROM blocked_until - now())::float8 AS wait FROM login_failures WHERE key = $1',
        [key],
      );
      expect(rows[0]!.wait).toBeGreaterThan(600);
      expect(rows[0]!.wait).toBeLessThanOrEqual(900);
      // `retryAfter` is the remainder of this wait, not of the first one.
      expect(refused.body.retryAfter).toBe(Number(refused.headers['retry-after']));
      expect(refused.body.retryAfter - rows[0]!.wait).toBeGreaterThanOrEqual(0);
      expect(refused.body.retryAfter).toBeLessThanOrEqual(900);
    }
    await app.sql.query('UPDATE login_failures SET blocked_until = now() WHERE key = $1', [key]);
    expect((await mfa(ada.recoveryCodes[0]!)).status).toBe(200);
  });

  it('OC-10 the MFA token opens nothing else, works once and expires', async () => {
    const ada = await enrol(await given.member(app));
    const mfaToken = await challenge(ada);
    await ada.client.get('/api/members/me', mfaToken).expect(401);
    await ada.client.post('/api/auth/refresh', undefined, mfaToken).expect(401);
    await ada.client.post('/api/auth/password-reset', { newPassword: unique.password() }, mfaToken).expect(401);
    for (const other of [ada.accessToken, ada.refreshToken]) {
      await ada.client.post('/api/auth/login/mfa', { mfaToken: other, code: codeAt(ada.secret, 1) }).expect(401);
    }
    await ada.client.post('/api/auth/login/mfa', { mfaToken, code: codeAt(ada.secret, 1) }).expect(200);
    await ada.client.post('/api/auth/login/mfa', { mfaToken, code: ada.recoveryCodes[0] }).expect(401);
    const stale = await challenge(ada);
    await app.sql.query('UPDATE mfa_challenges SET expires_at = now() WHERE member_id = $1', [ada.id]);
    await ada.client.post('/api/auth/login/mfa', { mfaToken: stale, code: ada.recoveryCodes[0] }).expect(401);
  });

  it('OC-10 it is asked for before a forced password change', async () => {
    const ada = await enrol(await given.member(app));
    await app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
    const grants = async () =>
      (await app.sql.query('SELECT FROM reset_grants WHERE member_id = $1', [ada.id])).rowCount;
    const mfaToken = await challenge(ada);
    const completeLogin = (code: string) => ada.client.post('/api/auth/login/mfa', { mfaToken, code });
    expect((await completeLogin('000000')).status).toBe(400);
    expect(await grants()).toBe(0);

    const { body } = await completeLogin(codeAt(ada.secret, 1)).expect(200);
    expect(body).toEqual({
      status: 'password_change_required',
      resetToken: expect.any(String),
      expiresIn: expect.any(Number),
    });
    expect((await completeLogin(ada.recoveryCodes[0]!)).body.code).toBe('token_invalid');
    expect(await grants()).toBe(1);
    const { rows } = await app.sql.query('SELECT FROM sessions WHERE member_id = $1', [ada.id]);
    expect(rows).toHaveLength(1); // the session of the sign-up

    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, body.resetToken).expect(204);
    const again = await challenge({ ...ada, password: newPassword });
    const code = ada.recoveryCodes[1];
    const { body: tokens } = await ada.client.post('/api/auth/login/mfa', { mfaToken: again, code }).expect(200);
    expect(tokens.status).toBe('authenticated');
  });

  it('OC-09 it survives a password reset, which opens no session', async () => {
    const ada = await enrol(await given.member(app));
    const before = (await mailbox.to(ada.email).waitForCount(2)).at(-1)!;
    const { body: asked } = await ada.client
      .post('/api/auth/password-reset/send-code', { email: ada.email })
      .expect(202);
    const { code } = await mailbox.to(ada.email).next({ after: before });
    const { body: grant } = await ada.client
      .post('/api/auth/password-reset/confirm-code', { requestId: asked.requestId, code })
      .expect(200);
    const password = unique.password();
    await ada.client.post('/api/auth/password-reset', { newPassword: password }, grant.resetToken).expect(204);
    await challenge({ ...ada, password });
  });

  it('removing it needs the password, a code and a recent login', async () => {
    const ada = await enrol(await given.member(app));
    const remove = (body: unknown) => ada.client.delete('/api/members/me/totp', body, ada.accessToken);
    expect((await remove({ password: 'not the right one', code: ada.recoveryCodes[0] })).status).toBe(401);
    expect((await remove({ password: ada.password, code: '000000' })).status).toBe(400);
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '6 minutes' WHERE id = $1`, [
      ada.sessionId,
    ]);
    const stale = await remove({ password: ada.password, code: ada.recoveryCodes[0] });
    expect([stale.status, stale.body.code]).toEqual([403, 'reauth_required']);
    await ada.client.post('/api/auth/reauthenticate', { password: 'not the right one' }, ada.accessToken).expect(401);
    await ada.client.post('/api/auth/reauthenticate', { password: ada.password }, ada.accessToken).expect(204);
    await remove({ password: ada.password, code: ada.recoveryCodes[0] }).then(({ status }) => expect(status).toBe(204));
    expect((await login(ada).expect(200)).body.status).toBe('authenticated');
  });

  const refused = ({ status, body }: HttpAnswer) => [status, body?.code];
  const FACTOR_NEEDED = [403, 'factor_proof_required'];
  const age = (sessionId: string) =>
    app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '6 minutes' WHERE id = $1`, [sessionId]);

  it('FT-12 a session and the password alone change no factor: the change needs a factor too', async () => {
    const ada = await enrol(await given.member(app));
    const send = (method: string, path: string, more: object = {}) =>
      ada.client.request(method, `/api/members/me/${path}`, {
        token: ada.accessToken,
        body: { password: ada.password, ...more },
      });
    const changes = [
      ['POST', 'recovery-codes'],
      ['POST', 'passkeys/options'],
      ['DELETE', 'totp'],
    ] as const;
    for (const [method, path] of changes) {
      expect([path, refused(await send(method, path))]).toEqual([path, FACTOR_NEEDED]);
      const guess = await send(method, path, { code: '000000' });
      expect([path, refused(guess)]).toEqual([path, [400, 'code_invalid']]);
    }
    // A password check does not replace the factor.
    await ada.client.post('/api/auth/reauthenticate', { password: ada.password }, ada.accessToken).expect(204);
    expect(refused(await send('POST', 'recovery-codes'))).toEqual(FACTOR_NEEDED);
    const wrong = { password: ada.password, code: '000000' };
    expect(refused(await ada.client.post('/api/auth/reauthenticate', wrong, ada.accessToken))).toEqual([
      400,
      'code_invalid',
    ]);

    const code = codeAt(ada.secret, 1);
    const { body } = await send('POST', 'recovery-codes', { code }).expect(200);
    // The factor is proven for the next minutes, but the used code itself is not accepted again.
    expect(refused(await send('DELETE', 'totp', { code }))).toEqual([400, 'code_invalid']);
    expect((await send('POST', 'passkeys/options')).status).toBe(200);
    expect((await send('DELETE', 'totp', { code: body.recoveryCodes[0] })).status).toBe(204);
  });

  it('FT-12 a recent login with a second factor counts, and a check of the password alone does not extend it', async () => {
    const ada = await enrol(await given.member(app));
    const mfaToken = await challenge(ada);
    const { body: tokens } = await ada.client
      .post('/api/auth/login/mfa', { mfaToken, code: codeAt(ada.secret, 1) })
      .expect(200);
    const renew = () =>
      ada.client.post('/api/members/me/recovery-codes', { password: ada.password }, tokens.accessToken);
    expect((await renew()).status).toBe(200);
    const check = () =>
      ada.client.post('/api/auth/reauthenticate', { password: ada.password }, tokens.accessToken).expect(204);
    await check();
    expect((await renew()).status).toBe(200);
    await app.sql.query(`UPDATE sessions SET second_factor_at = now() - interval '6 minutes' WHERE id = $1`, [
      tokens.sessionId,
    ]);
    expect(refused(await renew())).toEqual(FACTOR_NEEDED);
    await app.sql.query(`UPDATE sessions SET second_factor_at = now() WHERE id = $1`, [tokens.sessionId]);
    await age(tokens.sessionId);
    expect(refused(await renew())).toEqual([403, 'reauth_required']);
    await check();
    expect(refused(await renew())).toEqual(FACTOR_NEEDED);
  });

  it('FT-12 a code of the app does not change what a passkey protects; a passkey or a recovery code does', async () => {
    const ada = await enrol(await given.member(app));
    await confirmCode(ada, ada.recoveryCodes[0]!);
    const { passkeyId, authenticator } = await addPasskey(ada);
    const remove = (code?: string) =>
      ada.client.delete(`/api/members/me/passkeys/${passkeyId}`, { password: ada.password, code }, ada.accessToken);
    await confirmCode(ada, codeAt(ada.secret, 1));
    expect(refused(await remove())).toEqual(FACTOR_NEEDED);
    await confirmPasskey(ada, authenticator);
    await ada.client
      .delete('/api/members/me/totp', { password: ada.password }, ada.accessToken)
      .then(({ status }) => expect(status).toBe(204));
    const check = { password: ada.password };
    await age(ada.sessionId);
    await ada.client.post('/api/auth/reauthenticate', check, ada.accessToken).expect(204);
    // An app beside a passkey would be a weaker way in.
    expect(refused(await ada.client.post('/api/members/me/totp', check, ada.accessToken))).toEqual(FACTOR_NEEDED);
    expect((await remove(ada.recoveryCodes[1])).status).toBe(204);
  });

  it('FT-12 the second request of an enrolment needs the factor too', async () => {
    const ada = await enrol(await given.member(app));
    await confirmCode(ada, codeAt(ada.secret, 1));
    const { body } = await beginPasskey(ada);
    await age(ada.sessionId);
    await ada.client.post('/api/auth/reauthenticate', { password: ada.password }, ada.accessToken).expect(204);
    const credential = new Authenticator(TEST_PUBLIC_URL).create(body.publicKey);
    const answer = await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken);
    expect(refused(answer)).toEqual(FACTOR_NEEDED);
  });

  it('SL-02 the secret of the app is encrypted in the database', async () => {
    const ada = await enrol(await given.member(app));
    const { rows } = await app.sql.query('SELECT sealed FROM totp_secrets WHERE member_id = $1', [ada.id]);
    expect(rows[0].sealed.toString('latin1')).not.toContain(ada.secret);
  });
});
