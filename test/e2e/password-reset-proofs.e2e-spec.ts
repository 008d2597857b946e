import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskLoginId } from '../../src/users/login-id.js';
import { given, unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { afterCooldown, askFor, newestEmailChallenge, resetTokenFor, wrong } from '../support/recovery.js';
import { TestApp } from '../support/test-app.js';

/** Code and link of one mail, and what voids them. */
describe('password reset mail', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  const confirmCode = (requestId: unknown, code: unknown) =>
    app.post('/api/auth/password-reset/confirm-code', { requestId, code });
  const confirmLink = (token: unknown) => app.post('/api/auth/password-reset/confirm-link', { token });
  const expectCodeRefused = async (requestId: string, code: string): Promise<void> => {
    expect((await confirmCode(requestId, code).expect(400)).body.code).toBe('code_invalid');
  };
  const expectLinkRefused = async (token: unknown, code: string): Promise<void> => {
    expect((await confirmLink(token).expect(400)).body.code).toBe(code);
  };
  const expire = (column: 'code_expires_at' | 'link_expires_at', email: string) =>
    app.sql.query(`UPDATE proof_requests SET ${column} = now() WHERE email_key = $1`, [email]);

  describe('its code', () => {
    it('OC-02 works once', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      await confirmCode(requestId, mail.code).expect(200);
      await expectCodeRefused(requestId, mail.code);
    });

    it('OC-02 survives four wrong guesses', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      for (let guess = 1; guess <= 4; guess += 1) await expectCodeRefused(requestId, wrong(mail.code, guess));
      await confirmCode(requestId, mail.code).expect(200);
    });

    it('OC-02 is dead after five wrong guesses, while the link still works', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      for (let guess = 1; guess <= 5; guess += 1) await expectCodeRefused(requestId, wrong(mail.code, guess));
      await expectCodeRefused(requestId, mail.code);
      await confirmLink(mail.linkToken).expect(200);
    });

    it('OC-02 expires by the clock of the database', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      const { rows } = await app.sql.query(
        `SELECT extract(epoch FROM code_expires_at - created_at)::int AS code, extract(epoch FROM link_expires_at - created_at)::int AS link
         FROM proof_requests WHERE email_key = $1 AND purpose = 'password-reset'`,
        [ada.email],
      );
      expect(rows).toEqual([{ code: 600, link: 1800 }]); // TK-05
      await expire('code_expires_at', ada.email);
      await expectCodeRefused(requestId, mail.code);
    });

    it('OC-02 dies with its link when a newer mail is requested', async () => {
      const ada = await given.member(app);
      const older = await askFor(app, 'password-reset', ada);
      await afterCooldown(app);
      const newer = await askFor(app, 'password-reset', ada);
      expect(newer.mail.code === older.mail.code).toBe(false); // they are equal in one run of a million
      await expectCodeRefused(older.requestId, older.mail.code);
      await expectCodeRefused(newer.requestId, older.mail.code);
      await expectLinkRefused(older.mail.linkToken, 'link_invalid');
      await confirmCode(newer.requestId, newer.mail.code).expect(200);
    });

    it('dies with its link when the owner changes the password', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      const change = { currentPassword: ada.password, newPassword: unique.password() };
      await app.post('/api/members/me/password', change, ada.accessToken).expect(204);
      await expectCodeRefused(requestId, mail.code);
      await expectLinkRefused(mail.linkToken, 'link_invalid');
    });

    it('OC-03 does not open a request for another address, and the guess counts there', async () => {
      const [ada, eve] = [await given.member(app), await given.member(app)];
      const forAda = await askFor(app, 'password-reset', ada);
      const forEve = await askFor(app, 'password-reset', eve);
      await expectCodeRefused(forEve.requestId, forAda.mail.code);
      expect((await newestEmailChallenge(app, eve.email)).guesses).toBe(1);
      expect((await newestEmailChallenge(app, ada.email)).guesses).toBe(0);
      await confirmCode(forAda.requestId, forAda.mail.code).expect(200);
    });

    it('OC-03 does not work for a login ID request or a sign-up', async () => {
      const ada = await given.member(app);
      const find = await askFor(app, 'login-id', ada);
      await afterCooldown(app);
      const reset = await askFor(app, 'password-reset', ada);
      await expectCodeRefused(find.requestId, find.mail.code);
      await expectCodeRefused(reset.requestId, find.mail.code);
      for (const requestId of [reset.requestId, find.requestId]) {
        const { code } = reset.mail;
        await app.post('/api/auth/login-id/confirm-code', { requestId, code }).expect(400);
        await app.post('/api/auth/sign-up/confirm-code', { signUpId: requestId, code }).expect(400);
      }
      await confirmCode(reset.requestId, reset.mail.code).expect(200);
    });

    it('OC-03 the code of a sign-up does not work in its place', async () => {
      const values = unique.signUp();
      const { body } = await app.post('/api/auth/sign-up', values).expect(202);
      const { code, linkToken } = await mailbox.to(values.email).next();
      await expectCodeRefused(body.signUpId, code!);
      await expectLinkRefused(linkToken, 'link_invalid');
      await app.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code }).expect(200);
    });

    it.each([
      ['null', null],
      ['nothing at all', undefined],
      ['an empty text', ''],
      ['a number', 123456],
      ['true', true],
      ['an array', []],
      ['an array of codes', ['000000', '000001']],
      ['an object', {}],
      ['an operator', { $ne: '' }],
      ['a sign before five digits', '+12345'],
      ['an exponent', '1e5'],
      ['hexadecimal', '0x1234'],
      ['Arabic digits', '١٢٣٤٥٦'],
      ['five digits', '12345'],
      ['seven digits', '1234567'],
      ['a digit with a NUL', '123456\u0000'],
    ])('OC-04 given as %s is refused and costs no guess', async (_, code) => {
      const { requestId, email } = await givenOpenRequest();
      const { body } = await confirmCode(requestId, code).expect(422);
      expect(body.errors).toEqual([expect.objectContaining({ field: 'code' })]);
      expect((await newestEmailChallenge(app, email)).guesses).toBe(0);
    });

    it('OC-04 given as a million codes at once or twice in one body is refused', async () => {
      const { requestId, email } = await givenOpenRequest();
      const codes = Array.from({ length: 1_000_000 }, (_, code) => code);
      await confirmCode(requestId, codes).expect(413);
      const raw = `{"requestId":"${requestId}","code":"000000","code":"000001"}`;
      await app.request('POST', '/api/auth/password-reset/confirm-code', { raw }).expect(400);
      expect((await newestEmailChallenge(app, email)).guesses).toBe(0);
    });

    it.each([
      ['a blank in the middle', (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`],
      ['a hyphen in the middle', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
      ['blanks around it', (code: string) => ` ${code} `],
      ['a tab and a line break', (code: string) => `\t${code}\r\n`],
      ['a no-break space', (code: string) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`],
      ['a byte order mark and a zero-width space', (code: string) => `\ufeff${code}\u200b`],
      [
        'full-width digits',
        (code: string) => code.replace(/./g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
      ],
    ])('OC-04 may be typed with %s', async (_, typed) => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      await confirmCode(requestId, typed(mail.code)).expect(200);
    });

    it.each([null, '', {}, [], 1, 'x'.repeat(3000), 'no such request', "' OR 1=1 --"])(
      'without its request id it is refused: %j',
      async (requestId) => {
        expect([400, 422]).toContain((await confirmCode(requestId, '123456')).status);
      },
    );
  });

  describe('code and link of one mail', () => {
    it('the code uses up the link', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      await confirmCode(requestId, mail.code).expect(200);
      await expectLinkRefused(mail.linkToken, 'link_invalid');
    });

    it('the link uses up the code', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      await confirmLink(mail.linkToken).expect(200);
      await expectCodeRefused(requestId, mail.code);
    });
  });

  describe('its link', () => {
    it('works once; inspecting it does not use it up, and is refused after it was used', async () => {
      const ada = await given.member(app);
      const { mail } = await askFor(app, 'password-reset', ada);
      const inspect = () => app.post('/api/auth/password-reset/inspect-link', { token: mail.linkToken });
      for (let round = 0; round < 2; round += 1) {
        expect((await inspect().expect(200)).body).toEqual({
          maskedLoginId: maskLoginId(ada.loginId),
          requestedAt: expect.any(String),
          expiresAt: expect.any(String),
        });
      }
      await confirmLink(mail.linkToken).expect(200);
      await expectLinkRefused(mail.linkToken, 'link_invalid');
      expect((await inspect().expect(400)).body.code).toBe('link_invalid');
    });

    it('outlives the code, and is reported as expired afterwards', async () => {
      const ada = await given.member(app);
      const { mail } = await askFor(app, 'password-reset', ada);
      await expire('code_expires_at', ada.email);
      await expire('link_expires_at', ada.email);
      await expectLinkRefused(mail.linkToken, 'link_expired');
      await app.sql.query(
        `UPDATE proof_requests SET link_expires_at = now() + interval '1 hour' WHERE email_key = $1`,
        [ada.email],
      );
      await confirmLink(mail.linkToken).expect(200);
    });

    it('is invalid rather than expired when it was used before it expired', async () => {
      const ada = await given.member(app);
      const { mail } = await askFor(app, 'password-reset', ada);
      await confirmLink(mail.linkToken).expect(200);
      await expire('link_expires_at', ada.email);
      await expectLinkRefused(mail.linkToken, 'link_invalid');
    });

    it('cannot be guessed', async () => {
      const ada = await given.member(app);
      const { requestId, mail } = await askFor(app, 'password-reset', ada);
      const token = mail.linkToken!;
      const { rows } = await app.sql.query(
        `SELECT encode(link_digest, 'hex') AS hex, encode(link_digest, 'base64') AS base64, id FROM proof_requests WHERE link_digest IS NOT NULL AND email_key = $1 ORDER BY created_at DESC LIMIT 1`,
        [ada.email],
      );
      const stored = rows[0] as { hex: string; base64: string; id: string };
      const inventions = [
        ...[`${token}A`, token.slice(1), token.toLowerCase(), `${token.slice(0, -2)}AA`, requestId],
        ...[stored.hex, Buffer.from(stored.base64, 'base64').toString('base64url'), stored.id], // SL-02
        ada.accessToken,
      ];
      for (const invention of inventions) await expectLinkRefused(invention, 'link_invalid');
      for (const nonsense of [null, '', [], {}, 1, true, undefined, `${token}%00`, 'x'.repeat(3000)])
        await confirmLink(nonsense).expect(422);
      await confirmLink(token).expect(200);
    });
  });

  describe('second request', () => {
    it('within the cooldown no second mail is sent, and the code fits both requests', async () => {
      for (const which of ['first', 'second'] as const) {
        const ada = await given.member(app);
        const first = await askFor(app, 'password-reset', ada);
        const { body: second } = await app
          .post('/api/auth/password-reset/send-code', { email: ada.email.toUpperCase() })
          .expect(202);
        expect(second.requestId === first.requestId).toBe(false);
        await mailbox.expectNone(ada.email, app, 2); // the mails of the sign-up and of the first request
        await confirmCode((which === 'first' ? first : second).requestId, first.mail.code).expect(200);
      }
    });

    it('after the first was used, a second mail comes at once', async () => {
      const ada = await given.member(app);
      const first = await resetTokenFor(app, ada);
      expect(await resetTokenFor(app, ada)).not.toBe(first);
    });
  });

  /** A request for an unknown address: it sends no mail, and guesses are counted all the same. */
  async function givenOpenRequest(): Promise<{ requestId: string; email: string }> {
    const email = unique.email();
    const { body } = await app.post('/api/auth/password-reset/send-code', { email }).expect(202);
    return { requestId: body.requestId, email };
  }

  it('BF-08 only one request per address is open at a time, also for an address without an account', async () => {
    const ada = await given.member(app);
    for (const email of [ada.email, unique.email()]) {
      const ask = () => app.client().post('/api/auth/password-reset/send-code', { email }).expect(202);
      await ask();
      await Promise.all(Array.from({ length: 20 }, ask));
      const { rows } = await app.sql.query(
        `SELECT count(*)::int AS open FROM proof_requests
         WHERE email_key = $1 AND purpose = 'password-reset' AND spent_at IS NULL AND voided_at IS NULL`,
        [email],
      );
      expect([email, rows]).toEqual([email, [{ open: 1 }]]);
    }
  });
});
