import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

describe('a member whose requests reach several servers', () => {
  let app: TestApp;
  let other: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
    other = await app.replica();
  });
  afterAll(() => app.stop());

  it('MI-01 each step may reach another server, even when one is killed on the way', async () => {
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
