import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskEmail } from '../../src/platform/addresses/email-address.js';
import { maskLoginId } from '../../src/users/login-id.js';
import { givenAdmin } from '../support/admins.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpClient } from '../support/http-client.js';
import { eventually } from '../support/eventually.js';
import { mailbox, outboxEmpty, type Mail } from '../support/mailbox.js';
import { addPasskey, passkeyLogin } from '../support/passkeys.js';
import { afterCooldown, askFor, resetTokenFor, wrong } from '../support/recovery.js';
import { whileLocked } from '../support/row-changes.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

const tokenIn = (mail: Mail, page: string): string => {
  const link = mail.links.find((url) => url.includes(`/pages/${page}#token=`));
  if (link === undefined) throw new Error(`no link to ${page} in "${mail.subject}"`);
  return decodeURIComponent(link.split('#token=')[1]!);
};

/** The mail with these words in its subject. */
const mailWith = async (address: string, words: string): Promise<Mail> =>
  eventually(`a mail "${words}"`, async () =>
    (await mailbox.to(address).all()).find(({ subject }) => subject.includes(words)),
  );

const lastMail = async (address: string): Promise<Mail> => (await mailbox.to(address).all()).at(-1)!;

/** Logs in from a device and network that were never seen, so that the owner gets a mail. */
async function strangeLogin(app: TestApp, member: GivenMember, browser = 'Firefox/140.0') {
  const client = app.client({
    ip: '203.0.113.9',
    headers: { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 ${browser}` },
  });
  const { body } = await client
    .post('/api/auth/login', { identifier: member.loginId, password: member.password })
    .expect(200);
  return { client, ...body };
}

/** Logs in from an unknown device, and checks that the login needs no second factor. */
async function logIn(app: TestApp, { loginId }: GivenMember, password: string) {
  const { body } = await app.client().post('/api/auth/login', { identifier: loginId, password }).expect(200);
  expect(body.status).toBe('authenticated');
  return body;
}

async function askForAddress(member: GivenMember, newEmail: string): Promise<{ requestId: string; mail: Mail }> {
  const { body } = await member.client
    .post('/api/members/me/email/send-code', { newEmail, password: member.password }, member.accessToken)
    .expect(202);
  return { requestId: body.requestId, mail: await mailbox.to(newEmail).next() };
}

/**
 * Moves the account to a new address.
 * @returns the new address, and the notice that was mailed to the previous address
 */
async function moveToNewAddress(member: GivenMember, from: string): Promise<{ email: string; notice: Mail }> {
  const email = unique.email();
  const before = await lastMail(from);
  const { requestId, mail } = await askForAddress(member, email);
  await member.client
    .post('/api/members/me/email/confirm-code', { requestId, code: mail.code }, member.accessToken)
    .expect(204);
  return { email, notice: await mailbox.to(from).next({ after: before }) };
}

/** Ends the wait before disputed second factors are removed. */
const endDispute = ({ sql }: TestApp, { id }: GivenMember) =>
  sql.query('UPDATE factor_disputes SET due_at = now() WHERE member_id = $1', [id]);

/** Logs in with the password alone. @returns the status of the login */
async function loginStatus(app: TestApp, { loginId }: GivenMember, password: string): Promise<string> {
  const { body } = await app.client().post('/api/auth/login', { identifier: loginId, password }).expect(200);
  return body.status;
}

const addressOf = async (app: TestApp, { id }: GivenMember): Promise<string> =>
  (await app.sql.query<{ email: string }>('SELECT email FROM members WHERE id = $1', [id])).rows[0]!.email;

describe('new device', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  it('SS-06 a new device is mailed about once, with its browser and without its IP address; a known device is not', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    await strangeLogin(app, ada);
    const mail = await mailbox.to(ada.email).next({ after: before });
    expect(mail.text).toContain('Firefox');
    expect(mail.text).not.toContain('203.0.113.');
    await strangeLogin(app, ada); // looks the same: no second mail
    await ada.client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password, deviceToken: ada.deviceToken })
      .expect(200);
    await mailbox.expectNone(ada.email, app, 2);
  });
});

describe('“it was not me”', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  it('the link ends every session, opens no session, and leads back in through the mailbox', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    const intruder = await strangeLogin(app, ada);
    const alert = await mailbox.to(ada.email).next({ after: before });
    const token = tokenIn(alert, 'not-me');

    const { body: about } = await app.post('/api/auth/not-me/inspect', { token }).expect(200);
    expect(about).toMatchObject({ event: 'new-device', maskedLoginId: expect.stringContaining('***') });
    await app.get('/api/members/me', intruder.accessToken).expect(200); // looking changed nothing

    await app.post('/api/auth/not-me', { token }).expect(204);
    await app.get('/api/members/me', intruder.accessToken).expect(401);
    await app.get('/api/members/me', ada.accessToken).expect(401);
    await app.post('/api/auth/refresh', undefined, intruder.refreshToken).expect(401);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(401);
    expect((await app.post('/api/auth/not-me', { token }).expect(400)).body.code).toBe('link_invalid');

    const reset = await mailbox.to(ada.email).next({ after: alert });
    const { body: grant } = await app
      .post('/api/auth/password-reset/confirm-link', { token: reset.linkToken })
      .expect(200);
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, grant.resetToken).expect(204);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: newPassword }).expect(200);
  });

  it('OC-03 the code of the mail that follows works only with the token of the link that was used', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    await strangeLogin(app, ada);
    const alert = await mailbox.to(ada.email).next({ after: before });
    const token = tokenIn(alert, 'not-me');
    const confirm = (requestId: string, code: string) =>
      app.post('/api/auth/password-reset/confirm-code', { requestId, code });
    await app.post('/api/auth/not-me', { token }).expect(204);
    const mail = await mailbox.to(ada.email).next({ after: alert });
    expect(mail.text).toContain('You pressed “It wasn’t me”');
    expect((await confirm(token, wrong(mail.code!)).expect(400)).body.code).toBe('code_invalid');
    expect((await confirm('A'.repeat(43), mail.code!).expect(400)).body.code).toBe('code_invalid');
    await confirm(token, mail.code!).expect(200);
    await confirm(token, mail.code!).expect(400);
  });

  it('the link works once, even for twenty requests at the same moment', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    await strangeLogin(app, ada);
    const token = tokenIn(await mailbox.to(ada.email).next({ after: before }), 'not-me');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => app.client().post('/api/auth/not-me', { token })),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('the link reverts an address that the intruder changed', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    const intruder = await strangeLogin(app, ada);
    const alert = await mailbox.to(ada.email).next({ after: before });
    const thief = unique.email();
    const { requestId, mail } = await askForAddress({ ...ada, ...intruder }, thief);
    await intruder.client
      .post('/api/members/me/email/confirm-code', { requestId, code: mail.code }, intruder.accessToken)
      .expect(204);

    await app.post('/api/auth/not-me', { token: tokenIn(alert, 'not-me') }).expect(204);
    const { rows } = await app.sql.query('SELECT email FROM members WHERE id = $1', [ada.id]);
    expect(rows[0].email).toBe(ada.email);
    const mails = await mailbox.to(ada.email).waitForCount(4);
    expect(mails.at(-1)!.linkToken).toBeDefined();
  });

  it('a link in the intruder’s mailbox does nothing once the account is taken back', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    const intruder = { ...ada, ...(await strangeLogin(app, ada)) };
    const alert = await mailbox.to(ada.email).next({ after: before });
    const { email: thief } = await moveToNewAddress(intruder, ada.email);
    const proof = await lastMail(thief);
    await enrol(intruder);
    const kept = tokenIn(await mailbox.to(thief).next({ after: proof }), 'not-me');
    await app.post('/api/auth/not-me/inspect', { token: kept }).expect(200); // for now it is the account's mailbox

    await app.post('/api/auth/not-me', { token: tokenIn(alert, 'not-me') }).expect(204);
    const newPassword = unique.password();
    const resetToken = await resetTokenFor(app, ada);
    await app.post('/api/auth/password-reset', { newPassword }, resetToken).expect(204);
    await endDispute(app, ada);
    const owner = await logIn(app, ada, newPassword);
    for (const path of ['/api/auth/not-me/inspect', '/api/auth/not-me'])
      expect((await app.post(path, { token: kept }).expect(400)).body.code).toBe('link_invalid');
    await app.get('/api/members/me', owner.accessToken).expect(200);
    await logIn(app, ada, newPassword);
  });

  it('a link of an account that was erased is invalid', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    await strangeLogin(app, ada);
    const token = tokenIn(await mailbox.to(ada.email).next({ after: before }), 'not-me');
    await app.sql.query(`DELETE FROM members WHERE id = $1`, [ada.id]);
    for (const path of ['/api/auth/not-me/inspect', '/api/auth/not-me'])
      expect((await app.post(path, { token }).expect(400)).body.code).toBe('link_invalid');
  });

  it('OC-09 an intruder’s second factor is removed after a wait, and is no way in until then', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    const intruder = { ...ada, ...(await strangeLogin(app, ada)) };
    const alert = tokenIn(await mailbox.to(ada.email).next({ after: before }), 'not-me');
    const { authenticator } = await addPasskey(intruder);
    await app.post('/api/auth/not-me', { token: alert }).expect(204);
    const schedule = await mailWith(ada.email, 'will be removed');
    expect(schedule.text).toContain(
      'If you added it yourself, log in with your password and this second step: it then stays.',
    );
    expect((await passkeyLogin(app.client(), authenticator)).status).toBe(400);

    const newPassword = unique.password();
    const resetToken = await resetTokenFor(app, ada);
    await app.post('/api/auth/password-reset', { newPassword }, resetToken).expect(204);
    expect(await loginStatus(app, ada, newPassword)).toBe('mfa_required');
    await endDispute(app, ada);
    const owner = await logIn(app, ada, newPassword);
    const { body: events } = await app.get('/api/members/me/security-events', owner.accessToken).expect(200);
    const types = events.items.map(({ type }: { type: string }) => type);
    expect(types).toEqual(expect.arrayContaining(['two-factor.removal_scheduled', 'passkey.removed']));
    const { body: left } = await app.get('/api/members/me/passkeys', owner.accessToken).expect(200);
    expect(left.items).toEqual([]);
  });

  it('OC-09 the mailbox alone does not get past a second factor, however recent; a login with the factor keeps it', async () => {
    const ada = await enrol(await given.member(app));
    const enabled = (await mailbox.to(ada.email).waitForCount(2)).at(-1)!;
    // A thief who reads the member's mail uses the link, and sets a password.
    await app.post('/api/auth/not-me', { token: tokenIn(enabled, 'not-me') }).expect(204);
    const newPassword = unique.password();
    const resetToken = await resetTokenFor(app, ada);
    await app.post('/api/auth/password-reset', { newPassword }, resetToken).expect(204);
    const { body } = await app.post('/api/auth/login', { identifier: ada.loginId, password: newPassword }).expect(200);
    expect(body.status).toBe('mfa_required');

    const code = codeAt(ada.secret, 1);
    await app.post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code }).expect(200);
    expect((await mailWith(ada.email, 'The second step stays')).text).toContain('It stays.');
    await endDispute(app, ada);
    expect(await loginStatus(app, ada, newPassword)).toBe('mfa_required');
  });

  it('the link removes recently made recovery codes, reports it, and keeps older codes and the app', async () => {
    const [ada, grace] = [await enrol(await given.member(app)), await enrol(await given.member(app))];
    for (const { id } of [ada, grace]) {
      await app.sql.query(`UPDATE totp_secrets SET confirmed_at = now() - interval '8 days' WHERE member_id = $1`, [
        id,
      ]);
      await app.sql.query(`UPDATE recovery_codes SET created_at = now() - interval '8 days' WHERE member_id = $1`, [
        id,
      ]);
    }
    const { body: stolen } = await ada.client
      .post('/api/members/me/recovery-codes', { password: ada.password, code: ada.recoveryCodes[9] }, ada.accessToken)
      .expect(200);
    await app.sql.query(
      `UPDATE recovery_codes SET created_at = NULL WHERE member_id = $1 AND digest IN
      (SELECT digest FROM recovery_codes WHERE member_id = $1 LIMIT 5)`,
      [grace.id],
    ); // as in rows from before this column existed
    for (const member of [ada, grace]) {
      const enabled = (await mailbox.to(member.email).waitForCount(2)).find(({ text }) => text.includes('not-me'))!;
      await app.post('/api/auth/not-me', { token: tokenIn(enabled, 'not-me') }).expect(204);
    }
    const left = async ({ id }: GivenMember): Promise<number> =>
      (await app.sql.query('SELECT FROM recovery_codes WHERE member_id = $1', [id])).rowCount!;
    expect([await left(ada), await left(grace)]).toEqual([0, 10]);

    const newPassword = unique.password();
    const resetToken = await resetTokenFor(app, ada);
    await app.post('/api/auth/password-reset', { newPassword }, resetToken).expect(204);
    const texts = (await mailbox.to(ada.email).all()).map(({ text }) => text);
    expect(texts.filter((text) => text.includes('The recovery codes were removed'))).toHaveLength(1);
    const graces = (await mailbox.to(grace.email).all()).map(({ text }) => text);
    expect(graces.join()).not.toContain('recovery codes were removed');

    const { body } = await app.post('/api/auth/login', { identifier: ada.loginId, password: newPassword }).expect(200);
    const mfa = (code: string) => app.post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code });
    for (const code of [stolen.recoveryCodes[0], ada.recoveryCodes[0]!]) await mfa(code).expect(400);
    const { body: tokens } = await mfa(codeAt(ada.secret, 1)).expect(200);
    const { body: events } = await app.get('/api/members/me/security-events', tokens.accessToken).expect(200);
    expect(events.items.map(({ type }: { type: string }) => type)).toContain('two-factor.recovery_codes_removed');
  });

  it('the link works from the new mailbox, and from the old mailbox until the move can no longer be undone', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    await strangeLogin(app, ada);
    const alert = tokenIn(await mailbox.to(ada.email).next({ after: before }), 'not-me');
    const { email } = await moveToNewAddress(ada, ada.email);
    const proof = await lastMail(email);
    await enrol(ada);
    const notice = tokenIn(await mailbox.to(email).next({ after: proof }), 'not-me');
    for (const token of [alert, notice]) await app.post('/api/auth/not-me/inspect', { token }).expect(200);

    await app.sql.query(`UPDATE email_changes SET undo_until = now() WHERE member_id = $1`, [ada.id]);
    expect((await app.post('/api/auth/not-me', { token: alert }).expect(400)).body.code).toBe('link_invalid');
    await app.get('/api/members/me', ada.accessToken).expect(200);
    await app.post('/api/auth/not-me', { token: notice }).expect(204);
    await app.get('/api/members/me', ada.accessToken).expect(401);
    expect(await addressOf(app, ada)).toBe(email);
  });

  it('the token opens nothing else, and no other token works in its place', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    await strangeLogin(app, ada);
    const token = tokenIn(await mailbox.to(ada.email).next({ after: before }), 'not-me');
    await app.get('/api/members/me', token).expect(401);
    await app.post('/api/auth/refresh', undefined, token).expect(401);
    await app.post('/api/auth/password-reset', { newPassword: unique.password() }, token).expect(401);
    for (const other of [ada.accessToken, ada.refreshToken, 'nonsense']) {
      await app.post('/api/auth/not-me', { token: other }).expect(400);
      await app.post('/api/auth/not-me/inspect', { token: other }).expect(400);
    }
  });
});

describe('e-mail change', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  it('SS-07 the new address is confirmed first, the old address is notified and can undo the change', async () => {
    const ada = await given.member(app);
    const newEmail = unique.email();
    const before = await lastMail(ada.email);
    const { requestId, mail } = await askForAddress(ada, newEmail);
    expect((await ada.client.get('/api/members/me', ada.accessToken)).body.email).toBe(ada.email);
    await ada.client
      .post('/api/members/me/email/confirm-code', { requestId, code: mail.code }, ada.accessToken)
      .expect(204);
    expect((await ada.client.get('/api/members/me', ada.accessToken)).body.email).toBe(newEmail);
    await app.post('/api/auth/login', { identifier: newEmail, password: ada.password }).expect(200);

    const notice = await mailbox.to(ada.email).next({ after: before });
    expect(notice.text).not.toContain(newEmail);
    const token = tokenIn(notice, 'undo-email');
    const inspect = () => app.post('/api/members/me/email/undo/inspect', { token });
    const { body: about } = await inspect().expect(200); // looking changes nothing
    expect(about).toEqual({
      maskedLoginId: maskLoginId(ada.loginId),
      maskedEmail: maskEmail(ada.email),
      changedAt: expect.any(String),
      expiresAt: expect.any(String),
    });
    await app.post('/api/members/me/email/undo', { token }).expect(204);
    expect((await inspect().expect(400)).body.code).toBe('link_expired');
    expect((await app.post('/api/members/me/email/undo/inspect', { token: 'x' }).expect(400)).body.code).toBe(
      'link_invalid',
    );
    await app.get('/api/members/me', ada.accessToken).expect(401);
    await app.post('/api/auth/login', { identifier: ada.email, password: ada.password }).expect(401);
    const reset = await mailbox.to(ada.email).next({ after: notice });
    expect(reset.text).toContain('You undid the change of your email address');
    const { body: grant } = await app
      .post('/api/auth/password-reset/confirm-link', { token: reset.linkToken })
      .expect(200);
    const password = unique.password();
    await app.post('/api/auth/password-reset', { newPassword: password }, grant.resetToken).expect(204);
    await app.post('/api/auth/login', { identifier: ada.email, password }).expect(200);
    await app.post('/api/members/me/email/undo', { token }).expect(400);
  });

  it('SS-07 undoing a later change leaves the undo link and “it was not me” of the owner usable', async () => {
    for (const linkKind of ['undo-email', 'not-me'] as const) {
      const ada = await given.member(app);
      const before = await lastMail(ada.email);
      const intruder = { ...ada, ...(await strangeLogin(app, ada)) };
      const alert = await mailbox.to(ada.email).next({ after: before });
      const first = await moveToNewAddress(intruder, ada.email);
      const second = await moveToNewAddress(intruder, first.email);
      await app.post('/api/members/me/email/undo', { token: tokenIn(second.notice, 'undo-email') }).expect(204);
      expect(await addressOf(app, ada)).toBe(first.email);

      const path = linkKind === 'not-me' ? '/api/auth/not-me' : '/api/members/me/email/undo';
      const token = tokenIn(linkKind === 'not-me' ? alert : first.notice, linkKind);
      await app.post(path, { token }).expect(204);
      expect(await addressOf(app, ada)).toBe(ada.email);
    }
  });

  it('SS-07 undoing an earlier change undoes the later ones too', async () => {
    const ada = await given.member(app);
    const first = await moveToNewAddress(ada, ada.email);
    const second = await moveToNewAddress(ada, first.email);
    await app.post('/api/members/me/email/undo', { token: tokenIn(first.notice, 'undo-email') }).expect(204);
    expect(await addressOf(app, ada)).toBe(ada.email);
    const late = await app.post('/api/members/me/email/undo', { token: tokenIn(second.notice, 'undo-email') });
    expect([late.status, late.body.code]).toEqual([400, 'link_expired']);
    expect(await addressOf(app, ada)).toBe(ada.email);
  });

  it.each([
    ['first', 0],
    ['second', 1],
    ['third', 2],
  ])('SS-07 “it was not me” in the %s mailbox of three recovers the account there', async (_, used) => {
    const ada = await given.member(app);
    const addresses = [ada.email];
    const tokens: string[] = [];
    for (const browser of ['Firefox/140.0', 'Chrome/140.0.0.0 Safari/537.36', 'Version/18.0 Safari/605.1.15']) {
      const address = addresses.at(-1)!;
      const before = await lastMail(address);
      await strangeLogin(app, ada, browser);
      tokens.push(tokenIn(await mailbox.to(address).next({ after: before }), 'not-me'));
      if (addresses.length < 3) addresses.push((await moveToNewAddress(ada, address)).email);
    }

    const newest = await Promise.all(addresses.map(lastMail));
    await app.post('/api/auth/not-me', { token: tokens[used] }).expect(204);
    expect(await addressOf(app, ada)).toBe(addresses[used]);
    await app.get('/api/members/me', ada.accessToken).expect(401);
    const reset = await mailbox.to(addresses[used]!).next({ after: newest[used]! });
    expect(reset.text).toContain('You pressed “It wasn’t me”');
    await outboxEmpty(app);
    for (const [index, address] of addresses.entries())
      expect((await lastMail(address)).id).toBe(index === used ? reset.id : newest[index]!.id);
    // An intruder who moved the account gains nothing: earlier mailboxes can still take it back.
    for (const token of tokens.slice(0, used).reverse()) {
      await app.post('/api/auth/not-me', { token }).expect(204);
      expect(await addressOf(app, ada)).toBe(addresses[tokens.indexOf(token)]);
    }
    for (const token of tokens.slice(1))
      expect((await app.post('/api/auth/not-me', { token }).expect(400)).body.code).toBe('link_invalid');
  });

  it('SS-07 “it was not me” in the new mailbox leaves the undo link in the old one valid', async () => {
    const ada = await given.member(app);
    const { email, notice } = await moveToNewAddress(ada, ada.email);
    const before = await lastMail(email);
    await strangeLogin(app, ada);
    const alert = await mailbox.to(email).next({ after: before });
    await app.post('/api/auth/not-me', { token: tokenIn(alert, 'not-me') }).expect(204);
    expect(await addressOf(app, ada)).toBe(email);
    await app.post('/api/members/me/email/undo', { token: tokenIn(notice, 'undo-email') }).expect(204);
    expect(await addressOf(app, ada)).toBe(ada.email);
  });

  it('CC-11 after a member moves back, the intruder’s mailbox holds no link that undoes the move', async () => {
    const ada = await given.member(app);
    const moved = await moveToNewAddress(ada, ada.email);
    await afterCooldown(app);
    const [before, toIntruder] = [await lastMail(ada.email), await lastMail(moved.email)];
    await ada.client
      .post('/api/members/me/email/send-code', { newEmail: ada.email, password: ada.password }, ada.accessToken)
      .expect(202);
    const { linkToken } = await mailbox.to(ada.email).next({ after: before });
    await app.post('/api/members/me/email/confirm-link', { token: linkToken }).expect(204);
    expect(await addressOf(app, ada)).toBe(ada.email);
    const notice = await mailbox.to(moved.email).next({ after: toIntruder });
    expect(notice.text).toContain('cannot undo the change');
    expect(notice.links.filter((link) => link.includes('undo-email'))).toEqual([]);
    // No change is left that can be undone, so the address that the member left is free.
    const { rows } = await app.sql.query(
      'SELECT FROM email_changes WHERE member_id = $1 AND closed_at IS NULL AND undo_until > now()',
      [ada.id],
    );
    expect(rows).toHaveLength(0);
    const undo = await app.post('/api/members/me/email/undo', { token: tokenIn(moved.notice, 'undo-email') });
    expect([undo.status, undo.body.code]).toEqual([400, 'link_expired']);
  });

  it.each(['the member', 'an administrator'])(
    'CC-09 a requested change and a half-done login end when %s ends all sessions; a password reset does not',
    async (who) => {
      const ada = await enrol(await given.member(app));
      const { mail } = await askForAddress(ada, unique.email());
      const credentials = { identifier: ada.loginId, password: ada.password };
      const { body: half } = await app.client().post('/api/auth/login', credentials).expect(200);
      const resetToken = await resetTokenFor(app, ada);
      const admin = who === 'the member' ? null : await givenAdmin(app);
      if (admin) await admin.client.delete(`/api/admin/members/${ada.id}/sessions`, undefined, admin.accessToken);
      else await ada.client.delete('/api/auth/sessions', undefined, ada.accessToken).expect(204);

      const change = await app.post('/api/members/me/email/confirm-link', { token: tokenIn(mail, 'confirm-email') });
      expect([change.status, change.body.code]).toEqual([400, 'link_invalid']);
      const second = await app.post('/api/auth/login/mfa', { mfaToken: half.mfaToken, code: ada.recoveryCodes[0] });
      expect([second.status, second.body.code]).toEqual([401, 'token_invalid']);
      await app.post('/api/auth/password-reset', { newPassword: unique.password() }, resetToken).expect(204);
    },
  );

  it('CC-09 TK-06 a requested change and a login that waits for its second factor end when a refresh token is used again', async () => {
    const ada = await enrol(await given.member(app));
    const { mail } = await askForAddress(ada, unique.email());
    const credentials = { identifier: ada.loginId, password: ada.password };
    const { body: half } = await app.client().post('/api/auth/login', credentials).expect(200);
    const resetToken = await resetTokenFor(app, ada);
    const refresh = (token: string) => ada.client.post('/api/auth/refresh', undefined, token);
    const { body: first } = await refresh(ada.refreshToken).expect(200);
    await refresh(first.refreshToken).expect(200);
    expect((await refresh(ada.refreshToken).expect(401)).body.code).toBe('token_reused');

    const change = await app.post('/api/members/me/email/confirm-link', { token: tokenIn(mail, 'confirm-email') });
    expect([change.status, change.body.code]).toEqual([400, 'link_invalid']);
    const second = await app.post('/api/auth/login/mfa', { mfaToken: half.mfaToken, code: ada.recoveryCodes[0] });
    expect([second.status, second.body.code]).toEqual([401, 'token_invalid']);
    await app.post('/api/auth/password-reset', { newPassword: unique.password() }, resetToken).expect(204);
  });

  it('the confirmation link works once', async () => {
    const ada = await given.member(app);
    const newEmail = unique.email();
    const { mail } = await askForAddress(ada, newEmail);
    const token = tokenIn(mail, 'confirm-email');
    const inspect = () => app.post('/api/members/me/email/inspect-link', { token });
    const { body: about } = await inspect().expect(200); // looking changes nothing
    expect(about).toEqual({
      maskedLoginId: maskLoginId(ada.loginId),
      maskedEmail: maskEmail(newEmail),
      requestedAt: expect.any(String),
      expiresAt: expect.any(String),
    });
    await app.post('/api/members/me/email/confirm-link', { token }).expect(204);
    await app.post('/api/members/me/email/confirm-link', { token }).expect(400);
    expect((await inspect().expect(400)).body.code).toBe('link_invalid');
    expect((await ada.client.get('/api/members/me', ada.accessToken)).body.email).toBe(newEmail);
  });

  it('OC-06 a code confirms only the address it was mailed to', async () => {
    const ada = await given.member(app);
    const [own, other] = [unique.email(), unique.email()];
    const first = await askForAddress(ada, own);
    const second = await askForAddress(ada, other);
    // The newer request replaced the older one; neither code fits the other's request.
    for (const [requestId, code] of [
      [first.requestId, first.mail.code],
      [first.requestId, second.mail.code],
      [second.requestId, first.mail.code],
    ]) {
      await ada.client.post('/api/members/me/email/confirm-code', { requestId, code }, ada.accessToken).expect(400);
    }
    const mallory = await given.member(app);
    await mallory.client
      .post(
        '/api/members/me/email/confirm-code',
        { requestId: second.requestId, code: second.mail.code },
        mallory.accessToken,
      )
      .expect(400);
    await ada.client
      .post(
        '/api/members/me/email/confirm-code',
        { requestId: second.requestId, code: second.mail.code },
        ada.accessToken,
      )
      .expect(204);
    expect((await ada.client.get('/api/members/me', ada.accessToken)).body.email).toBe(other);
  });

  it('EN-08 a request for a free address replaces the one before it for a free address, and likewise for taken addresses', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const open = async (): Promise<boolean[]> => {
      const { rows } = await app.sql.query<{ isMailed: boolean }>(
        `SELECT code_hmac IS NOT NULL AS "isMailed" FROM proof_requests
         WHERE member_id = $1 AND purpose = 'email-change' AND voided_at IS NULL ORDER BY created_at`,
        [ada.id],
      );
      return rows.map(({ isMailed }) => isMailed);
    };
    const ask = (newEmail: string) =>
      ada.client
        .post('/api/members/me/email/send-code', { newEmail, password: ada.password }, ada.accessToken)
        .expect(202);
    const other = await given.member(app);
    for (const newEmail of [unique.email(), grace.email, other.email]) await ask(newEmail);
    expect(await open()).toEqual([true, false]); // the last for a free address, and the last for a taken one
    await ask(unique.email());
    expect(await open()).toEqual([false, true]);
  });

  it('an address that has an account gets the same answer and no mail', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const free = await ada.client.post(
      '/api/members/me/email/send-code',
      { newEmail: unique.email(), password: ada.password },
      ada.accessToken,
    );
    const taken = await ada.client.post(
      '/api/members/me/email/send-code',
      { newEmail: grace.email, password: ada.password },
      ada.accessToken,
    );
    expect([taken.status, Object.keys(taken.body)]).toEqual([free.status, Object.keys(free.body)]);
    await mailbox.expectNone(grace.email, app, 1);
  });

  it('SS-07 changing the address needs the password and a recent login', async () => {
    const ada = await given.member(app);
    const ask = (password: string) =>
      ada.client.post('/api/members/me/email/send-code', { newEmail: unique.email(), password }, ada.accessToken);
    expect((await ask('not the right one')).status).toBe(401);
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '6 minutes' WHERE id = $1`, [
      ada.sessionId,
    ]);
    const stale = await ask(ada.password);
    expect([stale.status, stale.body.code]).toEqual([403, 'reauth_required']);
  });

  it('TK-08 an address change voids a password reset requested at the old address', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    const { body: asked } = await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    const { code } = await mailbox.to(ada.email).next({ after: before });
    const { body: grant } = await app
      .post('/api/auth/password-reset/confirm-code', { requestId: asked.requestId, code })
      .expect(200);
    const { requestId, mail } = await askForAddress(ada, unique.email());
    await ada.client
      .post('/api/members/me/email/confirm-code', { requestId, code: mail.code }, ada.accessToken)
      .expect(204);
    await app.post('/api/auth/password-reset', { newPassword: unique.password() }, grant.resetToken).expect(401);
  });
});

describe('a code, link or token for the previous address', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  /** Sets the address without voiding anything, as if each proof had been issued a moment later. */
  const setAddress = ({ id }: GivenMember, email: string) =>
    app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE id = $1', [id, email]);

  it('CC-10 opens nothing while the member has another address, and works once the member has the previous one again', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const resetToken = await resetTokenFor(app, grace);
    const reset = await askFor(app, 'password-reset', ada);
    await afterCooldown(app);
    const loginId = await askFor(app, 'login-id', ada);
    const change = await askForAddress(ada, unique.email());

    for (const member of [ada, grace]) await setAddress(member, unique.email());
    const codeOf = ({ requestId, mail }: { requestId: string; mail: Mail }) => ({ requestId, code: mail.code });
    const post = async (path: string, body: object, token?: string) => {
      const answer = await app.client().post(`/api/${path}`, body, token);
      return answer.body?.code ?? answer.status;
    };
    const tries = [
      () => post('auth/password-reset/confirm-code', codeOf(reset)),
      () => post('auth/password-reset/confirm-link', { token: reset.mail.linkToken }),
      () => post('auth/login-id/confirm-code', codeOf(loginId)),
      () => post('members/me/email/confirm-code', codeOf(change), ada.accessToken),
      () => post('members/me/email/confirm-link', { token: change.mail.linkToken }),
      () => post('auth/password-reset', { newPassword: unique.password() }, resetToken),
    ];
    const answers: unknown[] = [];
    for (const attempt of tries) answers.push(await attempt());
    expect(answers).toEqual([
      ...['code_invalid', 'link_invalid', 'code_invalid', 'code_invalid', 'link_invalid', 'token_invalid'],
    ]);

    for (const member of [ada, grace]) await setAddress(member, member.email);
    answers.length = 0;
    for (const index of [1, 2, 4, 5]) answers.push(await tries[index]!());
    expect(answers).toEqual([200, 200, 204, 204]);
  });

  it('CC-10 opens nothing when it was requested during the change', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    const change = {
      text: 'UPDATE members SET email = $2, email_key = $2 WHERE id = $1',
      values: [ada.id, unique.email()],
    };
    // The request finds the member by the previous address. Its row then waits for the change.
    const asked = await whileLocked(app.sql, ada.id, change, () =>
      app.post('/api/auth/password-reset/send-code', { email: ada.email }),
    );
    expect(asked.status).toBe(202);
    const { requestId } = asked.body;
    const { code, linkToken } = await mailbox.to(ada.email).next({ after: before });
    await app.post('/api/auth/password-reset/confirm-code', { requestId, code }).expect(400);
    await app.post('/api/auth/password-reset/confirm-link', { token: linkToken }).expect(400);
  });

  it('CC-10 a login that waits for its second factor ends with the change', async () => {
    const ada = await enrol(await given.member(app));
    const { body } = await app.post('/api/auth/login', { identifier: ada.email, password: ada.password }).expect(200);
    const { mail } = await askForAddress(ada, unique.email());
    await app.post('/api/members/me/email/confirm-link', { token: mail.linkToken }).expect(204);
    const answer = await app.post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: codeAt(ada.secret, 1) });
    expect(answer.body.code).toBe('token_invalid');
  });
});

describe('the previous address', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  const signUp = async (email: string) => {
    const values = { ...unique.signUp(), email };
    const { status, body } = await app.client().post('/api/auth/sign-up', values);
    return { ...values, status, body };
  };

  it('CC-11 cannot be taken by a sign-up while the change can be undone; its owner gets a mail, a client the usual answer', async () => {
    const ada = await given.member(app);
    const { notice } = await moveToNewAddress(ada, ada.email);
    await afterCooldown(app);
    const [reserved, free] = [await signUp(ada.email), await signUp(unique.email())];
    expect([reserved.status, Object.keys(reserved.body)]).toEqual([free.status, Object.keys(free.body)]);
    const mail = await mailbox.to(ada.email).next({ after: notice });
    expect([mail.subject, mail.code]).toEqual(['[Munjigi] You already have an account', undefined]);
    expect(mail.text).toContain('no new account can use this address');
    await app.post('/api/members/me/email/undo', { token: tokenIn(notice, 'undo-email') }).expect(204);
    expect(await addressOf(app, ada)).toBe(ada.email);
  });

  it('CC-11 cannot be taken with a code that was mailed before, nor by another member, until the change can no longer be undone', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const target = unique.email();
    const claim = await signUp(target);
    const { code } = await mailbox.to(target).next();
    const byGrace = await askForAddress(grace, unique.email());
    await app.sql.query('UPDATE proof_requests SET email_key = $2, new_email = $2 WHERE email_key = $1', [
      (await app.sql.query('SELECT email_key FROM proof_requests WHERE member_id = $1', [grace.id])).rows[0].email_key,
      target,
    ]);
    await app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE id = $1', [ada.id, target]);
    await moveToNewAddress({ ...ada, email: target }, target);

    const confirm = () => app.post('/api/auth/sign-up/confirm-code', { signUpId: claim.body.signUpId, code });
    const move = () => app.post('/api/members/me/email/confirm-link', { token: byGrace.mail.linkToken });
    for (const attempt of [confirm, move]) expect((await attempt().expect(409)).body.code).toBe('email_taken');
    await afterCooldown(app);
    await grace.client
      .post('/api/members/me/email/send-code', { newEmail: target, password: grace.password }, grace.accessToken)
      .expect(202);
    await outboxEmpty(app);
    expect((await mailbox.to(target).all()).filter(({ code: mailed }) => mailed !== undefined)).toHaveLength(1);

    await app.sql.query('UPDATE email_changes SET undo_until = now() WHERE member_id = $1', [ada.id]);
    await confirm().expect(200);
  });

  it('CC-11 cannot be taken by a sign-up that is confirmed while the member leaves it', async () => {
    const ada = await given.member(app);
    const target = unique.email();
    const claim = await signUp(target);
    const { code } = await mailbox.to(target).next();
    await app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE id = $1', [ada.id, target]);
    const change = {
      text: `WITH moved AS (UPDATE members SET email = $3, email_key = $3 WHERE id = $1)
         INSERT INTO email_changes (id, member_id, old_email, old_email_key, undo_digest, undo_until)
         VALUES (gen_random_uuid(), $1, $2, $2, gen_random_uuid()::text::bytea, now() + interval '7 days')`,
      values: [ada.id, target, unique.email()],
    };
    const { status, body } = await whileLocked(app.sql, ada.id, change, () =>
      app.post('/api/auth/sign-up/confirm-code', { signUpId: claim.body.signUpId, code }),
    );
    expect([status, body.code]).toEqual([409, 'email_taken']);
  });

  it('CC-11 stays open to its member, who may move back', async () => {
    const ada = await given.member(app);
    await moveToNewAddress(ada, ada.email);
    await afterCooldown(app);
    const before = await lastMail(ada.email);
    await ada.client
      .post('/api/members/me/email/send-code', { newEmail: ada.email, password: ada.password }, ada.accessToken)
      .expect(202);
    const { linkToken } = await mailbox.to(ada.email).next({ after: before });
    await app.post('/api/members/me/email/confirm-link', { token: linkToken }).expect(204);
    expect(await addressOf(app, ada)).toBe(ada.email);
  });

  it('CC-11 “it was not me” and undo end the intruder’s access even if another account has the previous address', async () => {
    for (const linkKind of ['undo-email', 'not-me'] as const) {
      const ada = await given.member(app);
      const before = await lastMail(ada.email);
      const intruder = { ...ada, ...(await strangeLogin(app, ada)) };
      const alert = await mailbox.to(ada.email).next({ after: before });
      const moved = await moveToNewAddress(intruder, ada.email);
      const toIntruder = await lastMail(moved.email);
      const grace = await given.member(app);
      // An earlier version could let another account take the address.
      await app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE id = $1', [grace.id, ada.email]);

      const undo = { token: tokenIn(moved.notice, 'undo-email') };
      const answer =
        linkKind === 'undo-email'
          ? await app.post('/api/members/me/email/undo', undo)
          : await app.post('/api/auth/not-me', { token: tokenIn(alert, 'not-me') });
      expect([answer.status, answer.body.code]).toEqual([409, 'email_taken']);
      await app.get('/api/members/me', intruder.accessToken).expect(401);
      await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(401);
      await outboxEmpty(app);
      expect((await lastMail(moved.email)).id).toBe(toIntruder.id); // no reset for the intruder's mailbox

      await app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE id = $1', [grace.id, grace.email]);
      await app.post('/api/members/me/email/undo', undo).expect(204);
      expect(await addressOf(app, ada)).toBe(ada.email);
    }
  });

  it('CC-11 neither link changes a disabled account; the undo link works once it is enabled', async () => {
    const ada = await given.member(app);
    const before = await lastMail(ada.email);
    await strangeLogin(app, ada);
    const alert = tokenIn(await mailbox.to(ada.email).next({ after: before }), 'not-me');
    const { email, notice } = await moveToNewAddress(ada, ada.email);
    const token = tokenIn(notice, 'undo-email');
    const undo = () => app.post('/api/members/me/email/undo', { token });
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [ada.id]);
    for (const path of ['/api/auth/not-me/inspect', '/api/auth/not-me'])
      expect((await app.post(path, { token: alert }).expect(400)).body.code).toBe('link_invalid');
    expect((await undo().expect(400)).body.code).toBe('link_invalid');
    expect((await app.post('/api/members/me/email/undo/inspect', { token }).expect(400)).body.code).toBe(
      'link_invalid',
    );
    expect(await addressOf(app, ada)).toBe(email);
    await mailbox.expectNone(ada.email, app, 3);

    await app.sql.query(`UPDATE members SET status = 'active' WHERE id = $1`, [ada.id]);
    await undo().expect(204);
  });
});

describe('closing the account', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  /** The state of the account, and how many audit events report its restoration. */
  async function restored({ id }: GivenMember): Promise<{ status: string; events: number }> {
    const { rows } = await app.sql.query(
      `SELECT status, (SELECT count(*)::int FROM security_events WHERE member_id = $1 AND type = 'account.restored') AS events
       FROM members WHERE id = $1`,
      [id],
    );
    return rows[0];
  }

  it('closing ends all sessions at once, and a login within the grace period restores the account', async () => {
    const ada = await given.member(app);
    await ada.client
      .delete('/api/members/me', { password: 'not the right one' }, ada.accessToken)
      .then(({ status }) => expect(status).toBe(401));
    await ada.client.delete('/api/members/me', { password: ada.password }, ada.accessToken).expect(204);
    await app.get('/api/members/me', ada.accessToken).expect(401);
    await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(401);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: 'not the right one' }).expect(401);
    await ada.client.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(200);
    expect(await restored(ada)).toEqual({ status: 'active', events: 1 });
    await mailbox.to(ada.email).waitForCount(3);
    await mailbox.expectNone(ada.email, app, 3);
  });

  it('an account with a second factor is restored only after the second factor', async () => {
    const ada = await enrol(await given.member(app));
    const login = () => ada.client.post('/api/auth/login', { identifier: ada.loginId, password: ada.password });
    const { body: early } = await login().expect(200);
    await ada.client.delete('/api/members/me', { password: ada.password }, ada.accessToken).expect(204);
    const completeLogin = (mfaToken: string, code: string) =>
      ada.client.post('/api/auth/login/mfa', { mfaToken, code });
    // A login that was under way when the account was closed opens nothing.
    expect((await completeLogin(early.mfaToken, ada.recoveryCodes[0]!)).body.code).toBe('token_invalid');

    const { body } = await login().expect(200);
    expect(body.status).toBe('mfa_required');
    expect((await completeLogin(body.mfaToken, '000000')).status).toBe(400);
    expect(await restored(ada)).toEqual({ status: 'closed', events: 0 });

    await completeLogin(body.mfaToken, codeAt(ada.secret, 1)).then(({ status }) => expect(status).toBe(200));
    expect(await restored(ada)).toEqual({ status: 'active', events: 1 });
  });

  it('a login refused as too risky does not restore the account', async () => {
    const wary = await app.replica({ env: { RISK_ASK_SCORE: '30', RISK_END_SCORE: '30' } });
    const ada = await given.member(app);
    await ada.client.delete('/api/members/me', { password: ada.password }, ada.accessToken).expect(204);
    const login = (client: HttpClient, more: object = {}) =>
      client.post('/api/auth/login', { identifier: ada.loginId, password: ada.password, ...more });
    const stranger = wary.client({ headers: { 'user-agent': 'a stranger' } });
    expect((await login(stranger)).status).toBe(401);
    expect(await restored(ada)).toEqual({ status: 'closed', events: 0 });
    await login(wary.client({ ip: ada.client.ip }), { deviceToken: ada.deviceToken }).expect(200);
    expect(await restored(ada)).toEqual({ status: 'active', events: 1 });
  });

  it('a login after the grace period does not restore the account', async () => {
    const ada = await given.member(app);
    await ada.client.delete('/api/members/me', { password: ada.password }, ada.accessToken).expect(204);
    await app.sql.query(`UPDATE members SET closed_at = now() - interval '15 days' WHERE id = $1`, [ada.id]);
    await ada.client.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(401);
  });
});

describe('security history', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  it('a member sees only own events, newest first, page by page', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    await ada.client.patch('/api/members/me', { name: 'Ada' }, ada.accessToken).expect(200);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: 'not the right one' }).expect(401);
    const { body: all } = await ada.client.get('/api/members/me/security-events', ada.accessToken).expect(200);
    expect(all.items.map(({ type }: { type: string }) => type)).toEqual([
      'login.failed',
      'profile.changed',
      'login.succeeded',
      'sign-up.confirmed',
    ]);
    expect(all.nextCursor).toBeNull();
    const { body: first } = await ada.client
      .get('/api/members/me/security-events?limit=3', ada.accessToken)
      .expect(200);
    const { body: rest } = await ada.client
      .get(`/api/members/me/security-events?limit=3&cursor=${first.nextCursor}`, ada.accessToken)
      .expect(200);
    expect([...first.items, ...rest.items]).toEqual(all.items);
    const { body: other } = await grace.client.get('/api/members/me/security-events', grace.accessToken).expect(200);
    expect(other.items).toHaveLength(2);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=%00', 'cursor=AAAA', 'nope=1']) {
      await ada.client.get(`/api/members/me/security-events?${query}`, ada.accessToken).expect(422);
    }
  });

  it('an event names browser and system as the list of devices does', async () => {
    const ada = await given.member(app);
    const headers = {
      'user-agent': 'Mozilla/5.0 (Linux; Android 13; wv) Chrome/114.0 Mobile Safari/537.36;KAKAOTALK 2410130',
    };
    const { body: tokens } = await ada.client
      .request('POST', '/api/auth/login', { body: { identifier: ada.loginId, password: ada.password }, headers })
      .expect(200);
    const kakao = { browser: 'KakaoTalk', os: 'Android' };
    const { body: sessions } = await app.get('/api/auth/sessions', tokens.accessToken).expect(200);
    expect(sessions.items.find(({ current }: { current: boolean }) => current)).toMatchObject(kakao);
    const { body: events } = await app.get('/api/members/me/security-events', tokens.accessToken).expect(200);
    expect(events.items[0]).toMatchObject({ type: 'login.succeeded', ...kakao });
  });
});
