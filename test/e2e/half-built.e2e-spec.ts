import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

describe('an account that is still being made', () => {
  let app: TestApp;
  let other: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    other = await app.replica();
  });
  afterAll(() => app.stop());

  it('CC-07 lets nobody in with an empty, missing or made-up secret while it is being made', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ada = unique.signUp();
      const nothing = ['', null, undefined, '0'.repeat(43)];
      const attempts = () =>
        nothing.flatMap((secret) => [
          other.post('/api/auth/login', { identifier: ada.loginId, password: secret }),
          other.post('/api/auth/login', { identifier: ada.email, password: secret }),
          other.post('/api/auth/sign-up/confirm-code', { signUpId: secret, code: secret }),
          other.post('/api/auth/sign-up/confirm-code', { signUpId: secret, code: '000000' }),
          other.post('/api/auth/sign-up/confirm-link', { token: secret, signUpId: secret }),
          other.post('/api/auth/sign-up/confirm-link', { token: secret, password: ada.password }),
          other.post('/api/auth/password-reset/confirm-code', { requestId: secret, code: secret }),
          other.post('/api/auth/password-reset/confirm-link', { token: secret }),
          other.post('/api/auth/password-reset', { newPassword: unique.password(), resetToken: secret }),
        ]);
      const before = attempts();
      const signUp = app.post('/api/auth/sign-up', ada);
      const during = attempts();
      const { body } = await signUp.expect(202);
      // The right password opens nothing either before the mailbox is proven.
      const early = await other.post('/api/auth/login', { identifier: ada.loginId, password: ada.password });
      const { code } = await mailbox.to(ada.email).next();
      const confirmed = app.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code });
      const answers = await Promise.all([...before, ...during, ...attempts()]);
      expect(answers.filter(({ status }) => status < 400 || status >= 500)).toEqual([]);
      expect(early.status).toBe(401);
      await confirmed.expect(200);
    }
  });

  it('MI-01 may take each step on another server, also when one is killed on the way', async () => {
    const ada = unique.signUp();
    const third = await app.replica();
    const { body: signUp } = await app.post('/api/auth/sign-up', ada).expect(202);
    const welcome = await mailbox.to(ada.email).next();
    const { body: first } = await other
      .post('/api/auth/sign-up/confirm-code', { signUpId: signUp.signUpId, code: welcome.code })
      .expect(200);
    const { body: second } = await third.post('/api/auth/refresh', undefined, first.refreshToken).expect(200);
    await app.get('/api/members/me', second.accessToken).expect(200);
    const { body: reset } = await third.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    const mail = await mailbox.to(ada.email).next({ after: welcome });
    await third.kill();
    const { body: grant } = await other
      .post('/api/auth/password-reset/confirm-code', { requestId: reset.requestId, code: mail.code })
      .expect(200);
    const password = unique.password();
    await app.post('/api/auth/password-reset', { newPassword: password }, grant.resetToken).expect(204);
    await other.post('/api/auth/refresh', undefined, second.refreshToken).expect(401);
    await other.post('/api/auth/login', { identifier: ada.loginId, password }).expect(200);
  });
});
