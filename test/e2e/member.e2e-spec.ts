import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { askFor, resetTokenFor } from '../support/recovery.js';
import { TestApp } from '../support/test-app.js';

describe('a member', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  const me = (token: string) => app.get('/api/members/me', token);
  const patch = (changes: unknown, token: string) => app.patch('/api/members/me', changes, token);
  const login = (identifier: string, password: string) => app.post('/api/auth/login', { identifier, password });
  const change = (currentPassword: unknown, newPassword: unknown, token?: string) =>
    app.post('/api/members/me/password', { currentPassword, newPassword }, token);

  describe('profile', () => {
    it('it shows no secret', async () => {
      const ada = await given.member(app, { name: 'Ada Lovelace', locale: 'ko' });
      const { body } = await me(ada.accessToken).expect(200);
      expect(body).toEqual({
        id: ada.id,
        loginId: ada.loginId,
        loginIdGenerated: false,
        email: ada.email,
        name: 'Ada Lovelace',
        locale: 'ko',
        role: 'member',
        hasPassword: true,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      expect((await app.get('/api/members/me').expect(401)).body.code).toBe('token_invalid');
    });

    it('a change updates what is sent and leaves the rest', async () => {
      const ada = await given.member(app, { name: 'Ada', locale: 'en' });
      expect((await patch({ name: '  Ada  King ' }, ada.accessToken).expect(200)).body).toMatchObject({
        name: 'Ada  King',
        locale: 'en',
      });
      expect((await patch({ locale: 'ko' }, ada.accessToken).expect(200)).body).toMatchObject({
        name: 'Ada  King',
        locale: 'ko',
      });
      expect((await patch({}, ada.accessToken).expect(200)).body).toMatchObject({ name: 'Ada  King', locale: 'ko' });
      expect((await patch({ name: null }, ada.accessToken).expect(200)).body.name).toBeNull();
      expect((await me(ada.accessToken)).body).toMatchObject({ name: null, locale: 'ko' });
    });

    it('the name is stored in composed form, however it was typed', async () => {
      const ada = await given.member(app);
      const { body } = await patch({ name: '김민수'.normalize('NFD') }, ada.accessToken).expect(200);
      expect(body.name).toBe('김민수'.normalize('NFC'));
    });

    it.each([
      { name: '' },
      { name: '   ' },
      { name: 'x'.repeat(65) },
      { name: 'two\nlines' },
      { name: 'zero\u200bwidth' },
      { name: '\u202eadA' },
      { name: 'NUL\u0000' },
      { name: '\ud800' },
      { name: 1 },
      { name: ['Ada'] },
      { name: {} },
      { locale: 'fr' },
      { locale: null },
      { locale: 'KO' },
      { locale: ['ko'] },
    ])('the profile cannot be changed to %j', async (changes) => {
      const { accessToken } = await anybody();
      const { body } = await patch(changes, accessToken).expect(422);
      expect(body.errors).toEqual([expect.objectContaining({ field: Object.keys(changes)[0] })]);
    });

    it.each([[], [{}], 'name', 1, true])('%j is refused as a change', async (body) => {
      const { accessToken } = await anybody();
      await patch(body, accessToken).expect(422);
    });

    it('IV-03 a change with an unknown or protected field is refused and changes nothing, not even the name sent with it', async () => {
      const ada = await given.member(app, { name: 'Ada' });
      const rowOf = async () => (await app.sql.query('SELECT * FROM members WHERE id = $1', [ada.id])).rows;
      const before = await rowOf();
      const fields = [
        ...[
          'role',
          'isAdmin',
          'is_admin',
          'status',
          'emailVerified',
          'email',
          'loginIdGenerated',
          'id',
          'createdAt',
          'updatedAt',
        ],
        ...[
          'password',
          'passwordHash',
          'password_hash',
          'passwordVersion',
          'mustChangePassword',
          'emailKey',
          'toString',
        ],
        ...['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'name ', 'Name', 'name.first', '$set'],
      ];
      for (const field of fields) {
        const raw = `{"name":"Eve",${JSON.stringify(field)}:"admin"}`;
        const { status, body } = await app.request('PATCH', '/api/members/me', { raw, token: ada.accessToken });
        expect([field, status, body.errors?.[0].code]).toEqual([field, 422, 'unknown_field']);
      }
      const raw = '{"__proto__":{"role":"admin","name":"Eve"},"constructor":{"prototype":{"role":"admin"}}}';
      await app.request('PATCH', '/api/members/me', { raw, token: ada.accessToken }).expect(422);
      expect(await rowOf()).toEqual(before);
      expect((await me(ada.accessToken).expect(200)).body).toMatchObject({ role: 'member', name: 'Ada' });
    });

    it('mail comes in the chosen language', async () => {
      const ada = await given.member(app, { locale: 'en' });
      await patch({ locale: 'ko' }, ada.accessToken).expect(200);
      expect((await askFor(app, 'password-reset', ada)).mail.subject).toBe('[Munjigi] 비밀번호 재설정 안내');
    });
  });

  describe('changing the password', () => {
    it('PW-05 this session stays, all others end, and a mail reports it', async () => {
      const ada = await given.member(app);
      const { body: phone } = await login(ada.loginId, ada.password).expect(200);
      await outboxEmpty(app);
      const earlier = (await mailbox.to(ada.email).all()).at(-1);
      const newPassword = unique.password();
      expect((await change(ada.password, newPassword, ada.accessToken).expect(204)).text).toBe('');

      // Awaited before the login, which may cause a mail too.
      const notice = await mailbox.to(ada.email).next({ after: earlier });
      await me(ada.accessToken).expect(200);
      await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
      expect((await me(phone.accessToken).expect(401)).body.code).toBe('session_ended');
      await app.post('/api/auth/refresh', undefined, phone.refreshToken).expect(401);
      await login(ada.loginId, ada.password).expect(401);
      await login(ada.loginId, newPassword).expect(200);
      expect(notice.subject).toBe('[Munjigi] Your password was changed');
      expect(notice.text).toContain('All other devices were logged out');
      expect(notice.code).toBeUndefined();
    });

    it('PW-05 every open code, link and reset token is void', async () => {
      const ada = await given.member(app);
      const resetToken = await resetTokenFor(app, ada);
      const find = await askFor(app, 'login-id', ada);
      await change(ada.password, unique.password(), ada.accessToken).expect(204);
      await app.post('/api/auth/password-reset', { newPassword: unique.password() }, resetToken).expect(401);
      const { requestId, mail } = find;
      await app.post('/api/auth/login-id/confirm-code', { requestId, code: mail.code }).expect(400);
    });

    it('PW-05 it needs the current password; wrong ones count as failed logins and finally block the right one too', async () => {
      const ada = await given.member(app);
      const newPassword = unique.password();
      for (let failures = 0; failures < 10; failures += 1) {
        const { body } = await change('wrong giraffe 12', newPassword, ada.accessToken).expect(401);
        expect(body.code).toBe('invalid_credentials');
      }
      await change(ada.password, newPassword, ada.accessToken).expect(401);
      await login(ada.loginId, newPassword).expect(401);
      await me(ada.accessToken).expect(200); // BF-04: the session continues
      await app.sql.query('UPDATE login_failures SET blocked_until = now()');
      await change(ada.password, newPassword, ada.accessToken).expect(204);
      await login(ada.loginId, newPassword).expect(200);
    });

    it('it needs a live session', async () => {
      const ada = await given.member(app);
      const resetToken = await resetTokenFor(app, ada);
      for (const token of [undefined, 'x', resetToken, ada.refreshToken])
        await change(ada.password, unique.password(), token).expect(401);
      await app.post('/api/auth/logout', undefined, ada.accessToken).expect(204);
      await change(ada.password, unique.password(), ada.accessToken).expect(401);
      await login(ada.loginId, ada.password).expect(200);
    });

    it.each([
      ['aB3$xyz', 'password_too_short'],
      ['tall giraffe '.repeat(10), 'password_too_long'],
      ['iloveyou', 'password_too_common'],
      ['aaaaaaaaaaaa', 'password_too_weak'],
      [null, 'not_a_string'],
      [undefined, 'required'],
    ])('PW-01 PW-04 %j is refused: %s', async (newPassword, code) => {
      const ada = await anybody();
      const { body } = await change(ada.password, newPassword, ada.accessToken).expect(422);
      expect(body.errors).toEqual([expect.objectContaining({ field: 'newPassword', code })]);
      await me(ada.accessToken).expect(200);
    });

    it('PW-04 passwords made of the member’s own data are refused', async () => {
      const ada = await anybody();
      for (const newPassword of [ada.loginId, `${ada.loginId}1!`, ada.email, ada.email.split('@')[0]]) {
        const { body } = await change(ada.password, newPassword, ada.accessToken).expect(422);
        expect([body.code, body.errors[0].code]).toEqual(['password_too_common', 'password_personal']);
      }
    });
  });

  describe('PW-02 choosing a password', () => {
    const seventyTwo = 'a tall giraffe, a small gazelle and the gnu walk past the river at dawn '; // 72 bytes
    it.each([
      ['a Korean sentence', '키큰 기린이 강가를 지나간다', '키큰 기린이 강가를 지나갔다'],
      ['emoji', '🦒🐘🦓🦛🐊🦩🪿🐪🦔', '🦒🐘🦓🦛🐊🦩🪿🐪🐿'],
      ['blanks at both ends', '  tall giraffe 77 ', 'tall giraffe 77'],
      ['capitals', 'Tall Giraffe Qx 77', 'tall giraffe qx 77'],
      ['more than 72 bytes', `${seventyTwo}in May`, `${seventyTwo}in June`],
      ['blanks only between', 'tall giraffe  77 qx', 'tall giraffe 77 qx'],
    ])('%s is accepted, and only exactly that opens the account', async (_, password, almost) => {
      const ada = await given.member(app, { password });
      await login(ada.loginId, almost).expect(401);
      await login(ada.loginId, password).expect(200);
    });

    it('nothing is cut off at a NUL', async () => {
      const ada = await given.member(app);
      await login(ada.loginId, `${ada.password}\u0000`).expect(422);
      await change(ada.password, 'tall giraffe\u000077 qx', ada.accessToken).expect(422);
    });

    it.each([
      ['short', '키큰 기린이 강가를 지나간다'],
      ['so long that it is too long decomposed', '키큰 기린이 강가를 지나간다 '.repeat(4)],
    ])('PW-03 composed and decomposed Hangul are one password (%s)', async (_, typed) => {
      expect(typed.normalize('NFD')).not.toBe(typed.normalize('NFC'));
      const ada = await given.member(app, { password: typed.normalize('NFD') });
      await login(ada.loginId, typed.normalize('NFC')).expect(200);
      await login(ada.loginId, typed.normalize('NFD')).expect(200);
    });

    it.each([
      ['full-width letters', 'ｔａｌｌ giraffe 77 qx', 'tall giraffe 77 qx'],
      ['a ligature', 'tall giraﬀe 77 qx', 'tall giraffe 77 qx'],
      ['a superscript', 'tall giraffe 7² qx', 'tall giraffe 72 qx'],
    ])('PW-03 a lookalike is another password: %s', async (_, lookalike, plain) => {
      expect(lookalike.normalize('NFKC')).toBe(plain);
      const ada = await given.member(app, { password: plain });
      await login(ada.loginId, lookalike).expect(401);
      await login(ada.loginId, plain).expect(200);
    });
  });

  /** One member for tests that change nothing. */
  let shared: ReturnType<typeof given.member> | undefined;
  function anybody() {
    return (shared ??= given.member(app));
  }
});
