import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { given, unique } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { afterCooldown, askFor, wrong } from '../support/recovery.js';
import { TestApp } from '../support/test-app.js';

describe('forgotten login ID', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  const confirm = (requestId: unknown, code: unknown, more: object = {}) =>
    app.post('/api/auth/login-id/confirm-code', { requestId, code, ...more });

  it.each([
    [4, /^z\*\*\*$/],
    [5, /^zq\*\*\*$/],
    [7, /^zq\*\*\*$/],
    [8, /^zq\*\*\*[0-9a-f]$/],
    [32, /^zq\*\*\*[0-9a-f]$/],
  ])('a login ID of %i characters is shown masked', async (length, masked) => {
    const loginId = `zq${randomBytes(16).toString('hex')}`.slice(0, length);
    const ada = await given.member(app, { loginId });
    const { requestId, mail } = await askFor(app, 'login-id', ada);
    const { body } = await confirm(requestId, mail.code).expect(200);
    expect(body.maskedLoginId).toMatch(masked);
    if (length >= 8) expect(body.maskedLoginId.at(-1)).toBe(loginId.at(-1));
  });

  it('the masked login ID comes with the month of the sign-up and a reset token', async () => {
    const ada = await given.member(app);
    await app.sql.query(`UPDATE members SET created_at = '2024-02-29T23:59:59Z' WHERE id = $1`, [ada.id]);
    const { requestId, mail } = await askFor(app, 'login-id', ada);
    const { body } = await confirm(requestId, mail.code).expect(200);
    expect(body).toEqual({
      maskedLoginId: `ad***${ada.loginId.at(-1)}`,
      memberSince: '2024-02',
      resetToken: expect.any(String),
    });
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, body.resetToken).expect(204);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: newPassword }).expect(200);
    await app.post('/api/auth/password-reset', { newPassword: unique.password() }, body.resetToken).expect(401);
  });

  it('the full login ID is mailed only on request', async () => {
    const ada = await given.member(app, { locale: 'ko' });
    for (const mailFullId of [undefined, false, true]) {
      const { requestId, mail } = await askFor(app, 'login-id', ada);
      expect(mail.text).not.toContain(ada.loginId);
      const { body } = await confirm(requestId, mail.code, { mailFullId }).expect(200);
      expect(JSON.stringify(body)).not.toContain(ada.loginId);
      await outboxEmpty(app);
      const last = (await mailbox.to(ada.email).all()).at(-1)!;
      expect(last.text.includes(ada.loginId)).toBe(mailFullId === true);
      if (mailFullId)
        expect([last.subject, last.code]).toEqual(['[Munjigi] 요청하신 아이디를 알려 드립니다', undefined]);
      else expect(last.id).toBe(mail.id);
    }
    for (const mailFullId of ['true', 1, null, {}]) await confirm('x', '000000', { mailFullId }).expect(422);
  });

  it('the request mail holds a code and no link', async () => {
    const ada = await given.member(app);
    const { mail } = await askFor(app, 'login-id', ada);
    expect(mail.subject).toBe('[Munjigi] Find your login ID');
    expect([mail.linkToken, mail.to]).toEqual([undefined, [ada.email]]);
  });

  it('EN-01 an unknown address gets the same answer, no mail, and no code that works', async () => {
    const unknown = unique.email();
    const { body } = await app.post('/api/auth/login-id/send-code', { email: unknown }).expect(202);
    expect(body).toEqual({ requestId: expect.stringMatching(/^[\w-]{43}$/), resendAfter: 60, expiresIn: 600 });
    await mailbox.expectNone(unknown, app);
    for (const code of ['000000', '123456', '999999'])
      expect((await confirm(body.requestId, code).expect(400)).body.code).toBe('code_invalid');
  });

  it('OC-02 one code shows the login ID once; a wrong, expired or replaced code does not', async () => {
    const ada = await given.member(app);
    const used = await askFor(app, 'login-id', ada);
    await confirm(used.requestId, wrong(used.mail.code)).expect(400);
    await confirm(used.requestId, used.mail.code).expect(200);
    await confirm(used.requestId, used.mail.code).expect(400);

    const late = await askFor(app, 'login-id', ada);
    await app.sql.query('UPDATE proof_requests SET code_expires_at = now() WHERE email_key = $1', [ada.email]);
    await confirm(late.requestId, late.mail.code).expect(400);

    await afterCooldown(app);
    const replaced = await askFor(app, 'login-id', ada);
    await afterCooldown(app);
    const newest = await askFor(app, 'login-id', ada);
    await confirm(replaced.requestId, replaced.mail.code).expect(400);
    await confirm(newest.requestId, newest.mail.code).expect(200);
  });

  it('OC-03 the code of a password reset does not show the login ID', async () => {
    const ada = await given.member(app);
    const reset = await askFor(app, 'password-reset', ada);
    expect((await confirm(reset.requestId, reset.mail.code).expect(400)).body.code).toBe('code_invalid');
    const link = { token: reset.mail.linkToken };
    await app.post('/api/auth/password-reset/confirm-link', link).expect(200); // the refused code did not use up the challenge
  });

  it('a password change voids an open request', async () => {
    const ada = await given.member(app);
    const { requestId, mail } = await askFor(app, 'login-id', ada);
    const change = { currentPassword: ada.password, newPassword: unique.password() };
    await app.post('/api/members/me/password', change, ada.accessToken).expect(204);
    await confirm(requestId, mail.code).expect(400);
  });

  it('the audit log records the request and the answer without the login ID', async () => {
    const ada = await given.member(app);
    const { requestId, mail } = await askFor(app, 'login-id', ada);
    await confirm(requestId, mail.code).expect(200);
    const { rows } = await app.sql.query(
      `SELECT type, details FROM security_events WHERE member_id = $1 AND type LIKE 'login-id.%' ORDER BY id`,
      [ada.id],
    );
    expect(rows).toEqual([
      { type: 'login-id.requested', details: {} },
      { type: 'login-id.revealed', details: { mailedInFull: false } },
    ]);
  });
});
