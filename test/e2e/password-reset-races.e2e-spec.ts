import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique } from '../support/factories.js';
import { type HttpAnswer } from '../support/http-client.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { afterCooldown, askFor, newestProof, resetTokenFor, wrong } from '../support/recovery.js';
import { TestApp } from '../support/test-app.js';

/** What happens when many do the same thing at once, on two servers with one database. */
describe('at the same moment, on two servers', () => {
  let app: TestApp;
  let replica: TestApp;
  beforeAll(async () => {
    // A busy machine may take long; what is looked for here are wrong answers, not slow ones.
    app = await TestApp.start({ env: { DATABASE_TIMEOUT_SECONDS: '25' } });
    replica = await app.replica();
  });
  afterAll(() => app.stop());

  const onBoth = (times: number, send: (server: TestApp, index: number) => Promise<HttpAnswer>) =>
    Promise.all(Array.from({ length: times }, (_, index) => send(index % 2 === 0 ? app : replica, index)));
  const statuses = (answers: HttpAnswer[]): Record<number, number> => {
    const count: Record<number, number> = {};
    for (const { status } of answers) count[status] = (count[status] ?? 0) + 1;
    return count;
  };

  it('CC-01 fifty submissions of one code give one reset token', async () => {
    const ada = await given.member(app);
    const { requestId, mail } = await askFor(app, 'password-reset', ada);
    const answers = await onBoth(50, (server) =>
      server.post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code }),
    );
    expect(statuses(answers)[200]).toBe(1);
    expect(Object.keys(statuses(answers)).every((status) => ['200', '400', '429'].includes(status))).toBe(true);
  });

  it('CC-01 fifty submissions of one link give one reset token', async () => {
    const ada = await given.member(app);
    const { mail } = await askFor(app, 'password-reset', ada);
    const answers = await onBoth(50, (server) =>
      server.post('/api/auth/password-reset/confirm-link', { token: mail.linkToken }),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 400: 49 });
  });

  it('CC-01 code and link of one mail give one reset token', async () => {
    const ada = await given.member(app);
    const { requestId, mail } = await askFor(app, 'password-reset', ada);
    const answers = await onBoth(20, (server, index) =>
      index % 4 < 2
        ? server.post('/api/auth/password-reset/confirm-link', { token: mail.linkToken })
        : server.post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code }),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 400: 19 });
  });

  it('CC-01 O3 fifty new passwords by one reset token: one is set, and it alone opens the account', async () => {
    const ada = await given.member(app);
    const token = await resetTokenFor(app, ada);
    const passwords = Array.from({ length: 50 }, () => unique.password());
    const answers = await onBoth(50, (server, index) =>
      server.post('/api/auth/password-reset', { newPassword: passwords[index] }, token),
    );
    expect(statuses(answers)).toEqual({ 204: 1, 401: 49 });

    const winner = passwords[answers.findIndex(({ status }) => status === 204)]!;
    await app.post('/api/auth/login', { identifier: ada.loginId, password: winner }).expect(200);
    const losers = [ada.password, ...passwords.filter((password) => password !== winner).slice(0, 8)];
    for (const password of losers)
      await replica.post('/api/auth/login', { identifier: ada.loginId, password }).expect(401);
    const { rows } = await app.sql.query('SELECT password_version AS version FROM members WHERE id = $1', [ada.id]);
    expect(rows).toEqual([{ version: 2 }]);
  });

  it('CC-02 wrong guesses do not overrun the five that a code bears', async () => {
    const ada = await given.member(app);
    const { requestId, mail } = await askFor(app, 'password-reset', ada);
    const answers = await onBoth(30, (server, index) =>
      server.post('/api/auth/password-reset/confirm-code', { requestId, code: wrong(mail.code, index + 1) }),
    );
    expect(statuses(answers)).toEqual({ 400: 30 });
    expect((await newestProof(app, ada.email)).guesses).toBe(5);
    const { body } = await app
      .post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code })
      .expect(400);
    expect(body.code).toBe('code_invalid');
  });

  it('somebody who presses the button many times gets one mail, and its code fits every answer', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ada = await given.member(app);
      const answers = await onBoth(8, (server) =>
        server.post('/api/auth/password-reset/send-code', { email: ada.email }),
      );
      expect(statuses(answers)).toEqual({ 202: 8 });
      await outboxEmpty(app);
      const [, mail, ...more] = await mailbox.to(ada.email).all();
      expect([mail?.subject, more]).toEqual(['[Munjigi] Set a new password', []]);
      // Each answer in turn would use the code up, so the last takes it and the others are looked up.
      const { rows } = await app.sql.query(
        `SELECT count(*)::int AS handles FROM proof_handles h JOIN proof_requests p ON p.id = h.proof_id
         WHERE p.email_key = $1 AND p.spent_at IS NULL AND p.voided_at IS NULL AND p.member_id IS NOT NULL`,
        [ada.email],
      );
      expect(rows).toEqual([{ handles: 8 }]);
      const { requestId } = answers[round]!.body;
      await app.post('/api/auth/password-reset/confirm-code', { requestId, code: mail?.code }).expect(200);
    }
  });

  it('CC-04 a login with the old password and a reset: no session survives the new password', async () => {
    const ada = await given.member(app);
    const token = await resetTokenFor(app, ada);
    const newPassword = unique.password();
    const logins = onBoth(12, (server) =>
      server.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }),
    );
    await replica.post('/api/auth/password-reset', { newPassword }, token).expect(204);
    const { rows } = await app.sql.query('SELECT id FROM sessions WHERE member_id = $1 AND ended_at IS NULL', [ada.id]);
    for (const { status, body } of await logins) {
      if (status !== 200) continue;
      expect(rows).not.toContainEqual({ id: body.sessionId });
      await app.post('/api/auth/refresh', undefined, body.refreshToken).expect(401);
      await replica.get('/api/members/me', body.accessToken).expect(401);
    }
    await app.post('/api/auth/login', { identifier: ada.loginId, password: newPassword }).expect(200);
  });

  it('CC-08 everything that touches one account ends in an answer and not in a fault', async () => {
    const ada = await given.member(app);
    const grants = [await resetTokenFor(app, ada)];
    const answers: Promise<HttpAnswer>[] = [];
    for (let round = 0; round < 6; round += 1) {
      await afterCooldown(app);
      for (const server of [app, replica]) {
        answers.push(
          server.post('/api/auth/password-reset/send-code', { email: ada.email }),
          server.post('/api/auth/login-id/send-code', { email: ada.email }),
          server.post('/api/auth/password-reset', { newPassword: unique.password() }, grants[0]),
          server.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }),
          server.post('/api/auth/refresh', undefined, ada.refreshToken),
          server.patch('/api/members/me', { name: `Ada ${round}` }, ada.accessToken),
          server.post('/api/auth/sign-up', { ...unique.signUp(), email: ada.email }),
        );
      }
    }
    expect(Object.keys(statuses(await Promise.all(answers))).filter((status) => Number(status) >= 500)).toEqual([]);
  });
});
