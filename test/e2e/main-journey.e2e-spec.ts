import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startMailInbox } from '../../dev/mail-inbox.js';
import { isInstalled, skipNotice } from '../support/debian-server.js';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { runReadmeTour } from '../support/readme-tour.js';
import { TestApp } from '../support/test-app.js';

const canPaste = isInstalled('bash') && isInstalled('curl');
if (!canPaste) skipNotice('bash or curl', 'bash curl');

/** The main journey of one member, from sign-up to recovery. */
describe('a member', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  it('signs up, confirms, logs in, refreshes, recovers password and login ID, and logs in again', async () => {
    const ada = unique.signUp();
    const inbox = mailbox.to(ada.email);

    const { body: signUp } = await app.post('/api/auth/sign-up', ada).expect(202);
    expect(signUp).toEqual({ signUpId: expect.any(String), resendAfter: 60, expiresIn: 600 });
    await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(401);

    const welcome = await inbox.next();
    const { body: first } = await app
      .post('/api/auth/sign-up/confirm-code', { signUpId: signUp.signUpId, code: welcome.code })
      .expect(200);
    expect(first).toMatchObject({ status: 'authenticated', tokenType: 'Bearer', deviceToken: expect.any(String) });
    await app.get('/api/members/me', first.accessToken).expect(200);

    const { body: login } = await app
      .post('/api/auth/login', { identifier: ada.email.toUpperCase(), password: ada.password })
      .expect(200);
    const { body: refreshed } = await app.post('/api/auth/refresh', undefined, login.refreshToken).expect(200);
    expect(refreshed.outcome).toBe('rotated');

    const { body: reset } = await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    const resetMail = await inbox.next({ after: welcome });
    const { body: grant } = await app
      .post('/api/auth/password-reset/confirm-code', { requestId: reset.requestId, code: resetMail.code })
      .expect(200);
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, grant.resetToken).expect(204);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(401);
    await app.post('/api/auth/refresh', undefined, refreshed.refreshToken).expect(401);
    await app.get('/api/members/me', first.accessToken).expect(401);
    const notice = await inbox.next({ after: resetMail });
    expect(notice.code).toBeUndefined();

    const { body: find } = await app.post('/api/auth/login-id/send-code', { email: ada.email }).expect(202);
    const findMail = await inbox.next({ after: notice });
    const { body: found } = await app
      .post('/api/auth/login-id/confirm-code', {
        requestId: find.requestId,
        code: findMail.code,
        mailFullId: true,
      })
      .expect(200);
    expect(found.maskedLoginId).toBe(`ad***${ada.loginId.at(-1)}`);
    const idMail = await inbox.next({ after: findMail });
    expect(idMail.text).toContain(ada.loginId);

    await app.post('/api/auth/login', { identifier: ada.loginId, password: newPassword }).expect(200);
  });

  (canPaste ? it : it.skip)('can be followed by pasting the tour of README.md', async () => {
    const grace = unique.signUp();
    const directory = await mkdtemp(path.join(os.tmpdir(), 'munjigi-tour-'));
    const inbox = await startMailInbox({ directory }); // the inbox that `npm start` uses
    const toured = await TestApp.start({ env: { SMTP_URL: inbox.smtpUrl } });
    const lines = await runReadmeTour(grace, { api: `${toured.origin}/api`, inbox: `${inbox.webUrl}/api` }).finally(
      async () => {
        await toured.stop();
        await inbox.stop();
        await rm(directory, { recursive: true });
      },
    );
    const [me, ...rest] = lines.filter((line) => line !== '');
    expect(JSON.parse(me!)).toMatchObject({ loginId: grace.loginId, email: grace.email });
    expect(rest).toEqual([
      'rotated',
      'replayed',
      '{"active":false,"reason":"revoked"}',
      expect.stringMatching(/^\w\w\*{3}\w$/),
      'authenticated',
      expect.stringMatching(/"code":"invalid_credentials"/),
    ]);
    expect(rest.at(-1)).toMatch(/[가-힣]/);
  });
});
