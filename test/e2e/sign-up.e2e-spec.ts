import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskLoginId } from '../../src/users/login-id.js';
import { given, unique, type SignUpValues } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { about } from '../support/lifetimes.js';
import { mailbox, outboxEmpty, type Mail } from '../support/mailbox.js';
import { newestEmailChallenge } from '../support/recovery.js';
import { whileHeld } from '../support/row-changes.js';
import { TestApp } from '../support/test-app.js';

const SIGN_UP = '/api/auth/sign-up';
const RESEND = `${SIGN_UP}/resend`;
const CONFIRM_CODE = `${SIGN_UP}/confirm-code`;
const CONFIRM_LINK = `${SIGN_UP}/confirm-link`;
const INSPECT = `${SIGN_UP}/inspect-link`;
const DISCARD = `${SIGN_UP}/discard`;
const LOGIN = '/api/auth/login';

const TOKEN_ANSWER = {
  status: 'authenticated',
  tokenType: 'Bearer',
  accessToken: expect.any(String),
  expiresIn: about(600),
  refreshToken: expect.any(String),
  refreshExpiresIn: about(1_209_600),
  sessionId: expect.any(String),
  deviceToken: expect.any(String),
};

/** An open sign-up: its values, client and mail. */
interface Claim extends SignUpValues {
  client: HttpClient;
  signUpId: string;
  mail: Mail;
  code: string;
  token: string;
}

let app: TestApp;
/** A server on the same database with a low limit, and without the check of login IDs. */
let strict: TestApp;
beforeAll(async () => {
  app = await TestApp.shared();
  strict = await app.replica({ env: { IP_REQUEST_LIMIT: '2', LOGIN_ID_CHECK_ENABLED: 'false' } });
});
afterAll(() => app.stop());

/** Signs up and waits for the mail. */
async function claim(overrides: Partial<SignUpValues> = {}): Promise<Claim> {
  const values = { ...unique.signUp(), ...overrides };
  const client = app.client();
  const earlier = (await mailbox.to(values.email).all()).at(-1);
  const { body } = await client.post(SIGN_UP, values).expect(202);
  const mail = await mailbox.to(values.email).next({ after: earlier });
  return { ...values, client, signUpId: body.signUpId, mail, code: mail.code!, token: mail.linkToken! };
}

/** Requests a new mail after ending the cooldown. */
async function resend(earlier: Claim): Promise<Claim> {
  await cooldownPasses();
  await earlier.client.post(RESEND, { signUpId: earlier.signUpId }).expect(202);
  const mail = await mailbox.to(earlier.email).next({ after: earlier.mail });
  return { ...earlier, mail, code: mail.code!, token: mail.linkToken! };
}

async function cooldownPasses(): Promise<void> {
  await app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'mail-cooldown:%'`);
}

async function expire(door: 'code' | 'link', { email }: Claim): Promise<void> {
  await app.sql.query(
    `UPDATE proof_requests SET ${door}_expires_at = now() - interval '1 second' WHERE email_key = $1`,
    [email],
  );
}

/** The number of sign-ups with an address that hold a password. */
async function passwordsOfClaims(email: string): Promise<number> {
  const { rowCount } = await app.sql.query(`SELECT FROM sign_ups WHERE email_key = $1 AND password_hash <> ''`, [
    email.toLowerCase(),
  ]);
  return rowCount!;
}

async function countOf(table: 'members' | 'sign_ups', email: string): Promise<number> {
  const { rowCount } = await app.sql.query(`SELECT FROM ${table} WHERE email_key = $1`, [email.toLowerCase()]);
  return rowCount!;
}

const byCode = ({ client, signUpId, code }: Claim, more: object = {}) =>
  client.post(CONFIRM_CODE, { signUpId, code, ...more });
const byLink = ({ client, signUpId, token }: Claim, more: object = {}) =>
  client.post(CONFIRM_LINK, { token, signUpId, ...more });

/**
 * The person opens the mail on another device, which has no sign-up id, and enters the password.
 */
const byLinkElsewhere = ({ token, password }: Claim, more: object = {}) =>
  app.client().post(CONFIRM_LINK, { token, password, ...more });

const wrongCode = (code: string): string => ((Number(code) + 1) % 1_000_000).toString().padStart(6, '0');

const login = (identifier: string, password: string) => app.client().post(LOGIN, { identifier, password });

/** The status and code of a refusal as one string. */
async function refusal(pending: Promise<HttpAnswer>): Promise<string> {
  const { status, body } = await pending;
  return `${status} ${body?.code}`;
}

const statusesOf = (answers: HttpAnswer[]): number[] => answers.map(({ status }) => status).sort((a, b) => a - b);

describe('sign-up', () => {
  it('it is answered with a sign-up id and creates no member yet', async () => {
    const ada = unique.signUp();
    const { body } = await app.post(SIGN_UP, { ...ada, name: 'Ada', locale: 'en' }).expect(202);
    expect(body).toEqual({
      signUpId: expect.stringMatching(/^[\w-]{43}$/),
      resendAfter: 60,
      expiresIn: 600,
    });
    expect(await countOf('members', ada.email)).toBe(0);
    expect(await refusal(login(ada.loginId, ada.password))).toBe('401 invalid_credentials');
  });

  it('one code and one link are mailed, and the secret is in the fragment', async () => {
    const { mail, code, loginId } = await claim({ name: 'Ada Lovelace' });
    expect(mail.subject).toBe('[Munjigi] Confirm your sign-up');
    expect(mail.text).toContain('Hello Ada Lovelace');
    expect(mail.text).toContain(maskLoginId(loginId));
    expect(code).toMatch(/^\d{6}$/);
    expect(mail.subject).not.toContain(code);
    expect(mail.links).toEqual([
      expect.stringMatching(/^http:\/\/localhost:3000\/pages\/confirm-sign-up#token=[\w-]{43}$/),
    ]);
  });

  it('ML-05 a login ID that a mail program would turn into a link is not mailed', async () => {
    const loginId = `evil-${unique.loginId()}.example`;
    const { mail } = await claim({ loginId });
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/evil|\.example(?!\.test)/);
  });

  it('the mail is Korean when the field or header asks for it', async () => {
    const byField = await claim({ locale: 'ko' });
    expect(byField.mail.subject).toBe('[Munjigi] 회원가입을 완료해 주세요');
    expect(byField.mail.text).toContain('인증 코드');
    expect(byField.code).toMatch(/^\d{6}$/);

    const values = unique.signUp();
    await app
      .client({ headers: { 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.5' } })
      .post(SIGN_UP, values)
      .expect(202);
    expect((await mailbox.to(values.email).next()).subject).toBe(byField.mail.subject);
  });

  it('SL-02 code, link and password are not readable in the database', async () => {
    const ada = await claim();
    await outboxEmpty(app);
    const { rows } = await app.sql.query(
      `SELECT s::text, p::text AS proof, encode(p.code_hmac, 'escape') AS code, o::text AS mail FROM sign_ups s
       JOIN proof_requests p ON p.sign_up_id = s.id JOIN outbox_messages o ON o.proof_id = p.id WHERE s.email_key = $1`,
      [ada.email],
    );
    expect(rows).toHaveLength(1);
    const dump = JSON.stringify(rows);
    for (const secret of [ada.token, ada.signUpId, ada.password]) expect(dump).not.toContain(secret);
    expect(rows[0].code).not.toContain(ada.code);
  });
});

describe('confirmation by code', () => {
  it('it creates the member and logs the device in', async () => {
    const ada = await claim({ name: 'Ada' });
    const { body } = await byCode(ada).expect(200);
    expect(body).toEqual(TOKEN_ANSWER);
    const { body: profile } = await ada.client.get('/api/members/me', body.accessToken).expect(200);
    expect(profile).toMatchObject({ loginId: ada.loginId, email: ada.email, name: 'Ada', role: 'member' });
    await login(ada.loginId, ada.password).expect(200);
    await login(ada.email, ada.password).expect(200);
  });

  it('it accepts blanks and hyphens copied along with the digits', async () => {
    const ada = await claim();
    await byCode({ ...ada, code: ` ${ada.code.slice(0, 3)}-${ada.code.slice(3)} ` }).expect(200);
  });

  it('a wrong code and an unknown sign-up get the same answer, a second use “already confirmed”', async () => {
    const ada = await claim();
    expect(await refusal(byCode({ ...ada, code: wrongCode(ada.code) }))).toBe('400 code_invalid');
    expect(await refusal(byCode({ ...ada, signUpId: 'A'.repeat(43) }))).toBe('400 code_invalid');
    await byCode(ada).expect(200);
    expect(await refusal(byCode(ada))).toBe('409 already_confirmed');
    expect(await countOf('members', ada.email)).toBe(1);
  });

  it('CC-01 of simultaneous uses all but one are answered with “already confirmed”', async () => {
    const ada = await claim();
    const { id } = await newestEmailChallenge(app, ada.email);
    const pending: Promise<HttpAnswer>[] = [];
    // All have read the sign-up before one confirms it, and wait here to count their guesses.
    await whileHeld(
      app.sql,
      id,
      async (untilRowIsAwaited) => {
        pending.push(byCode(ada), byCode(ada), byCode(ada));
        await untilRowIsAwaited();
      },
      'proof_requests',
    );
    const answers = await Promise.all(pending);
    const losers = answers.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${body.code}`);
    expect(losers).toEqual(['409 already_confirmed', '409 already_confirmed']);
    // Later, the answer does not depend on the code.
    expect(await refusal(byCode({ ...ada, code: wrongCode(ada.code) }))).toBe('409 already_confirmed');
  });

  it('OC-02 an expired code is refused, while the link of the same mail still works', async () => {
    const ada = await claim();
    await expire('code', ada);
    expect(await refusal(byCode(ada))).toBe('400 code_invalid');
    expect(await countOf('members', ada.email)).toBe(0);
    await byLink(ada).expect(200);
  });

  it('OC-02 after five wrong codes the right one is refused too', async () => {
    const ada = await claim();
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await refusal(byCode({ ...ada, code: wrongCode(ada.code) }))).toBe('400 code_invalid');
    }
    expect(await refusal(byCode(ada))).toBe('400 code_invalid');
    expect(await countOf('members', ada.email)).toBe(0);
  });

  it('BF-07 a new code does not refill the day’s guesses', async () => {
    const ada = await claim();
    await byCode({ ...ada, code: wrongCode(ada.code) }).expect(400);
    // As after fifty guesses. No other test uses this database at the same time.
    await app.sql.query(`UPDATE rate_limits SET points = 50 WHERE key LIKE 'guess-day:%'`);
    const again = await resend(ada);
    const { status, headers, body } = await byCode(again);
    expect([status, body.code]).toEqual([429, 'too_many_attempts']);
    expect(body.retryAfter).toBeGreaterThan(86_000);
    expect(headers['retry-after']).toBe(String(body.retryAfter));
    // The limit is on guessing. A client with the link and the sign-up id guesses nothing.
    await byLink(again).expect(200);
  });

  it('BF-12 five sign-ups with five wrong codes each do not use up the guesses of another client at the address', async () => {
    const email = unique.email();
    const stranger = app.client();
    for (let round = 0; round < 5; round += 1) {
      const { body } = await stranger.post(SIGN_UP, { ...unique.signUp(), email }).expect(202);
      for (let guess = 0; guess < 5; guess += 1)
        await stranger.post(CONFIRM_CODE, { signUpId: body.signUpId, code: '000000' });
    }
    await cooldownPasses();
    const ada = await claim({ email });
    expect(await refusal(byCode({ ...ada, code: wrongCode(ada.code) }))).toBe('400 code_invalid');
    await byCode(ada).expect(200);
  });

  it('BF-07 clients at any number of addresses together get fifty guesses at one mail address, and its link still works', async () => {
    const ada = await claim();
    const refusals: string[] = [];
    for (let round = 0; round < 11; round += 1) {
      const stranger = app.client();
      const { body } = await stranger.post(SIGN_UP, { ...unique.signUp(), email: ada.email }).expect(202);
      for (let guess = 0; guess < 5; guess += 1)
        refusals.push(await refusal(stranger.post(CONFIRM_CODE, { signUpId: body.signUpId, code: '000000' })));
    }
    expect(refusals).toEqual([
      ...Array<string>(50).fill('400 code_invalid'),
      ...Array<string>(5).fill('429 too_many_attempts'),
    ]);
    expect(await refusal(byCode(ada))).toBe('429 too_many_attempts');
    await byLinkElsewhere(ada).expect(200);
  });

  it('OC-03 a code confirms only its own sign-up', async () => {
    const ada = await claim();
    const eve = await claim();
    expect(await refusal(byCode({ ...eve, code: ada.code }))).toBe('400 code_invalid');
    const guessesOf = async ({ email }: Claim) =>
      (await app.sql.query('SELECT guesses FROM proof_requests WHERE email_key = $1', [email])).rows[0].guesses;
    expect(await guessesOf(eve)).toBe(1);
    expect(await guessesOf(ada)).toBe(0);
    const elsewhere = { requestId: ada.signUpId, code: ada.code };
    for (const path of ['/api/auth/password-reset/confirm-code', '/api/auth/login-id/confirm-code']) {
      expect(await refusal(ada.client.post(path, elsewhere))).toBe('400 code_invalid');
    }
    await byCode(ada).expect(200);
    await byCode(eve).expect(200);
  });
});

describe('confirmation by link', () => {
  it('it works for the client that signed up', async () => {
    const ada = await claim();
    expect((await byLink(ada).expect(200)).body).toEqual(TOKEN_ANSWER);
    await login(ada.loginId, ada.password).expect(200);
  });

  it('it works on another device with the sign-up password', async () => {
    const ada = await claim();
    const { body } = await byLinkElsewhere(ada, { deviceName: "Ada's phone" }).expect(200);
    expect(body).toEqual(TOKEN_ANSWER);
    const { body: sessions } = await app.get('/api/auth/sessions', body.accessToken).expect(200);
    expect(sessions.items).toMatchObject([{ deviceName: "Ada's phone", current: true }]);
  });

  it('a wrong password and a foreign sign-up id are refused', async () => {
    const ada = await claim();
    const eve = await claim();
    expect(await refusal(byLinkElsewhere({ ...ada, password: unique.password() }))).toBe('401 invalid_credentials');
    expect(await refusal(byLinkElsewhere({ ...ada, password: eve.password }))).toBe('401 invalid_credentials');
    expect(await refusal(byLink({ ...ada, signUpId: eve.signUpId }))).toBe('401 invalid_credentials');
    expect(await countOf('members', ada.email)).toBe(0);
    await byLinkElsewhere(ada).expect(200);
  });

  it('it needs exactly one of signUpId and password', async () => {
    const { client, token, signUpId, password } = await claim();
    for (const witness of [{}, { signUpId, password }]) {
      const { body } = await client.post(CONFIRM_LINK, { token, ...witness }).expect(422);
      expect(body.errors).toEqual([{ field: 'signUpId', code: 'one_of_needed', message: expect.any(String) }]);
    }
    await client.post(CONFIRM_LINK, { token, signUpId }).expect(200);
  });

  it('after five wrong passwords the right one is refused too', async () => {
    const ada = await claim();
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await refusal(byLinkElsewhere({ ...ada, password: 'not her password' }))).toBe('401 invalid_credentials');
    }
    const { status, headers, body } = await byLinkElsewhere(ada);
    expect([status, body.code, headers['retry-after'], body.retryAfter]).toEqual([429, 'too_many_attempts', '60', 60]);
    expect(await refusal(byCode(ada))).toBe('400 code_invalid'); // code and link share one budget
    await byLink(ada).expect(200); // the sign-up id has 256 bits and cannot be guessed
  });

  it('an unknown link and an expired link get different answers', async () => {
    const ada = await claim();
    expect(await refusal(byLink({ ...ada, token: 'A'.repeat(43) }))).toBe('400 link_invalid');
    await expire('link', ada);
    for (const attempt of [byLink(ada), byLinkElsewhere(ada), ada.client.post(INSPECT, { token: ada.token })]) {
      expect(await refusal(attempt)).toBe('400 link_expired');
    }
    expect(await countOf('members', ada.email)).toBe(0);
  });

  it('OC-03 the link opens nothing but its sign-up', async () => {
    const { client, token } = await claim();
    expect(await refusal(client.post('/api/auth/password-reset/confirm-link', { token }))).toBe('400 link_invalid');
  });

  it('a second use is answered with “already confirmed”', async () => {
    const ada = await claim();
    await byLink(ada).expect(200);
    expect(await refusal(byLink(ada))).toBe('409 already_confirmed');
    expect(await refusal(byLinkElsewhere(ada))).toBe('409 already_confirmed');
    expect(await refusal(ada.client.post(INSPECT, { token: ada.token }))).toBe('409 already_confirmed');
  });

  it('CC-01 of simultaneous confirmations all but one are answered with “already confirmed”', async () => {
    const ada = await claim();
    const answers = await Promise.all([byLink(ada), byLink(ada), byLinkElsewhere(ada)]);
    const losers = answers.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${body.code}`);
    expect(losers).toEqual(['409 already_confirmed', '409 already_confirmed']);
  });

  it('the code of the same mail uses up the link', async () => {
    const ada = await claim();
    await byCode(ada).expect(200);
    expect(await refusal(byLink(ada))).toBe('409 already_confirmed');
  });

  it('SS-08 after a confirmation elsewhere, the client that waits for the code learns that the sign-up is confirmed', async () => {
    const ada = await claim();
    await byLinkElsewhere(ada).expect(200);
    expect(await refusal(byCode(ada))).toBe('409 already_confirmed');
    expect(await refusal(byCode({ ...ada, signUpId: (await claim()).signUpId }))).toBe('400 code_invalid');
  });
});

describe('inspecting a sign-up', () => {
  const inspect = (signUpId: string) => app.post(`${SIGN_UP}/inspect`, { signUpId });

  it('the client that waits for the code learns that the link was used elsewhere', async () => {
    const ada = await claim();
    expect((await inspect(ada.signUpId).expect(200)).body).toMatchObject({ loginId: ada.loginId });
    await byLinkElsewhere(ada).expect(200);
    expect(await refusal(inspect(ada.signUpId))).toBe('409 already_confirmed');
    expect(await refusal(inspect('A'.repeat(43)))).toBe('400 sign_up_invalid');
  });

  it('EN-04 it looks the same for an address that has an account', async () => {
    const member = await given.member(app);
    const { body } = await app
      .client()
      .post(SIGN_UP, { ...unique.signUp(), email: member.email })
      .expect(202);
    const shape = (value: object): unknown[] => Object.entries(value).map(([field, each]) => [field, typeof each]);
    const known = (await inspect(body.signUpId).expect(200)).body;
    const fresh = (await inspect((await claim()).signUpId).expect(200)).body;
    expect(shape(known)).toEqual(shape(fresh));
  });
});

describe('signing up with the address of a closed account', () => {
  it('the mail explains that a login opens the account again', async () => {
    const ada = await given.member(app);
    await app.sql.query(`UPDATE members SET status = 'closed', closed_at = now() WHERE id = $1`, [ada.id]);
    const earlier = (await mailbox.to(ada.email).all()).at(-1);
    await cooldownPasses();
    await app
      .client()
      .post(SIGN_UP, { ...unique.signUp(), email: ada.email })
      .expect(202);
    const mail = await mailbox.to(ada.email).next({ after: earlier });
    expect(mail.text).toContain('to open your account again, as it was');
    expect(mail.code).toBeUndefined();
  });
});

describe('inspecting a link', () => {
  it('it shows the sign-up and changes nothing', async () => {
    const ada = await claim();
    const before = await app.sql.query('SELECT p::text FROM proof_requests p WHERE email_key = $1', [ada.email]);
    const { body } = await app.post(INSPECT, { token: ada.token }).expect(200);
    expect(body).toEqual({
      loginId: ada.loginId,
      requestedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      hasPassword: true,
    });
    expect(Date.parse(body.expiresAt) - Date.parse(body.requestedAt)).toBe(86_400_000);
    expect((await app.post(INSPECT, { token: ada.token }).expect(200)).body).toEqual(body);
    const after = await app.sql.query('SELECT p::text FROM proof_requests p WHERE email_key = $1', [ada.email]);
    expect(after.rows).toEqual(before.rows);
    await byCode(ada).expect(200);
  });

  it('OC-05 GET, HEAD and OPTIONS, as mail scanners send, use nothing up', async () => {
    const ada = await claim();
    const page = new URL(ada.mail.links[0]!);
    const variants = [page.pathname, `${page.pathname}?token=${ada.token}`, `${page.pathname}?lang=ko`];
    for (let round = 0; round < 5; round += 1) {
      for (const path of variants) {
        for (const method of ['GET', 'HEAD', 'OPTIONS']) await app.client().request(method, path);
      }
    }
    for (const method of ['GET', 'HEAD']) {
      for (const path of [CONFIRM_LINK, INSPECT, DISCARD]) {
        const { status } = await app.client().request(method, `${path}?token=${ada.token}&signUpId=${ada.signUpId}`);
        expect(status).toBe(404);
      }
    }
    expect(await countOf('members', ada.email)).toBe(0);
    await byLink(ada).expect(200);
  });
});

describe('“I didn’t sign up”', () => {
  it('it deletes the sign-up with its code and link', async () => {
    const ada = await claim();
    expect((await app.post(DISCARD, { token: ada.token }).expect(204)).text).toBe('');
    expect(await countOf('sign_ups', ada.email)).toBe(0);
    expect(await refusal(byCode(ada))).toBe('400 code_invalid');
    expect(await refusal(byLink(ada))).toBe('400 link_invalid');
    expect(await refusal(app.post(DISCARD, { token: ada.token }))).toBe('400 link_invalid');
    expect(await refusal(ada.client.post(RESEND, { signUpId: ada.signUpId }))).toBe('400 sign_up_invalid');
    expect(await countOf('members', ada.email)).toBe(0);
  });

  it('it does nothing once there is a member', async () => {
    const ada = await claim();
    await byCode(ada).expect(200);
    expect(await refusal(app.post(DISCARD, { token: ada.token }))).toBe('409 already_confirmed');
    await login(ada.loginId, ada.password).expect(200);
  });

  it('it works only with a valid link', async () => {
    const ada = await claim();
    expect(await refusal(app.post(DISCARD, { token: 'A'.repeat(43) }))).toBe('400 link_invalid');
    expect(await refusal(app.post(DISCARD, { token: ada.signUpId }))).toBe('400 link_invalid');
    await expire('link', ada);
    expect(await refusal(app.post(DISCARD, { token: ada.token }))).toBe('400 link_expired');
    expect(await countOf('sign_ups', ada.email)).toBe(1);
  });

  it('at the same moment as a confirmation it leaves a complete member or nothing', async () => {
    for (let round = 0; round < 3; round += 1) {
      const ada = await claim();
      const [confirmed, discarded] = await Promise.all([byLink(ada), app.post(DISCARD, { token: ada.token })]);
      expect([confirmed.status, discarded.status].filter((status) => status < 300)).toHaveLength(1);
      expect(Math.max(confirmed.status, discarded.status)).toBeLessThan(500);
      expect(await countOf('members', ada.email)).toBe(confirmed.status === 200 ? 1 : 0);
      expect(await countOf('sign_ups', ada.email)).toBe(confirmed.status === 200 ? 1 : 0);
    }
  });
});

describe('requesting another mail', () => {
  it('OC-02 after the cooldown a new code and link come and the old ones die', async () => {
    const first = await claim();
    const second = await resend(first);
    expect(second.token).not.toBe(first.token);
    expect(await refusal(byLink(first))).toBe('400 link_invalid');
    // One time in a million both codes are the same.
    if (first.code !== second.code) expect(await refusal(byCode(first))).toBe('400 code_invalid');
    await byCode(second).expect(200);
  });

  it('the old code also dies when the new mail is confirmed by link', async () => {
    const first = await claim();
    const second = await resend(first);
    await byLink(second).expect(200);
    expect(await refusal(byCode(first))).toBe('409 already_confirmed');
    expect(await refusal(byLink(first))).toBe('409 already_confirmed');
  });

  it('within the cooldown the answer is the same, no mail is sent, and the old code stays valid', async () => {
    const ada = await claim();
    const { body } = await ada.client.post(RESEND, { signUpId: ada.signUpId }).expect(202);
    expect(body).toEqual({ signUpId: ada.signUpId, resendAfter: expect.any(Number), expiresIn: 600 });
    expect(body.resendAfter).toBeLessThanOrEqual(60);
    await mailbox.expectNone(ada.email, app, 1);
    await app.post(INSPECT, { token: ada.token }).expect(200);
    await byCode(ada).expect(200);
  });

  it('it needs an open sign-up', async () => {
    expect(await refusal(app.post(RESEND, { signUpId: 'A'.repeat(43) }))).toBe('400 sign_up_invalid');
    const ada = await claim();
    await byCode(ada).expect(200);
    expect(await refusal(ada.client.post(RESEND, { signUpId: ada.signUpId }))).toBe('409 already_confirmed');
    await mailbox.expectNone(ada.email, app, 1);
  });

  it('BF-08 it sends at most four mails an hour', async () => {
    let ada = await claim();
    for (let mails = 1; mails < 4; mails += 1) ada = await resend(ada);
    for (let more = 0; more < 2; more += 1) {
      await cooldownPasses();
      await ada.client.post(RESEND, { signUpId: ada.signUpId }).expect(202);
    }
    await mailbox.expectNone(ada.email, app, 4);
    await byCode(ada).expect(200); // the fourth code is still the newest
  });
});

describe('SS-08 the same sign-up again', () => {
  it('after several clicks at the same moment one code is mailed, and it fits every answer', async () => {
    const values = unique.signUp();
    const client = app.client();
    const answers = await Promise.all(Array.from({ length: 4 }, () => client.post(SIGN_UP, values).expect(202)));
    const [signUpId, ...others] = new Set(answers.map(({ body }) => body.signUpId as string));
    expect(others).toEqual([]);
    const { code } = await mailbox.to(values.email).next();
    await mailbox.expectNone(values.email, app, 1);
    expect(await countOf('sign_ups', values.email)).toBe(1);
    await app.post(CONFIRM_CODE, { signUpId, code }).expect(200);
    await login(values.loginId, values.password).expect(200);
  });

  it('after the cooldown it brings a new code, and the sign-up id stays', async () => {
    const first = await claim();
    await cooldownPasses();
    const { loginId, email, password } = first;
    const { body } = await first.client.post(SIGN_UP, { loginId, email, password }).expect(202);
    expect(body.signUpId).toBe(first.signUpId);
    const mail = await mailbox.to(email).next({ after: first.mail });
    const again = { ...first, mail, code: mail.code!, token: mail.linkToken! };
    expect(await refusal(byLink(first))).toBe('400 link_invalid');
    await byCode(again).expect(200);
  });

  it('with its sign-up id, another login ID and password replace the earlier ones, and the mailed code fits', async () => {
    const first = await claim();
    const values = { ...unique.signUp(), email: first.email };
    const { body } = await first.client.post(SIGN_UP, { ...values, signUpId: first.signUpId }).expect(202);
    await byCode({ ...first, ...values, signUpId: body.signUpId }).expect(200);
    await mailbox.expectNone(first.email, app, 1);
    await login(values.loginId, values.password).expect(200);
    expect(await refusal(login(first.email, first.password))).toBe('401 invalid_credentials');
  });

  it.each([
    ['code', byCode, '400 code_invalid'],
    ['link and password', byLinkElsewhere, '400 link_invalid'],
  ])(
    'with its sign-up id, it replaces the earlier sign-up even while that is being confirmed by %s',
    async (_, confirm, refused) => {
      const first = await claim();
      const values = { ...unique.signUp(), email: first.email };
      const { id } = await newestEmailChallenge(app, first.email);
      // A confirmation reads the sign-up, and then waits here to count its guess.
      const pending: Promise<HttpAnswer>[] = [];
      let signUpId = '';
      await whileHeld(
        app.sql,
        id,
        async (untilRowIsAwaited) => {
          pending.push(confirm(first));
          await untilRowIsAwaited();
          const { body } = await first.client
            .post(SIGN_UP, { ...values, signUpId: first.signUpId, name: 'Ada' })
            .expect(202);
          signUpId = body.signUpId;
        },
        'proof_requests',
      );
      expect(await refusal(pending[0]!)).toBe(refused);
      expect([await countOf('members', first.email), (await newestEmailChallenge(app, first.email)).guesses]).toEqual([
        0, 0,
      ]);
      const { body } = await byCode({ ...first, signUpId }).expect(200);
      const { body: profile } = await app.get('/api/members/me', body.accessToken).expect(200);
      expect(profile).toMatchObject({ loginId: values.loginId, name: 'Ada' });
      await login(values.loginId, values.password).expect(200);
      expect(await refusal(login(first.email, first.password))).toBe('401 invalid_credentials');
    },
  );

  it('while its code is being confirmed, it leaves the code valid, and the new name counts', async () => {
    const first = await claim({ name: 'Ada' });
    const { loginId, email, password } = first;
    const { id } = await newestEmailChallenge(app, email);
    const pending: Promise<HttpAnswer>[] = [];
    await whileHeld(
      app.sql,
      id,
      async (untilRowIsAwaited) => {
        pending.push(byCode(first));
        await untilRowIsAwaited();
        await first.client.post(SIGN_UP, { loginId, email, password, name: 'Grace' }).expect(202);
      },
      'proof_requests',
    );
    const { status, body } = await pending[0]!;
    expect(status).toBe(200);
    const { body: profile } = await app.get('/api/members/me', body.accessToken).expect(200);
    expect(profile).toMatchObject({ loginId, name: 'Grace' });
  });

  it.each([
    ['another password', async (first: Claim) => ({ ...first, password: unique.password() })],
    ['another client address', async (first: Claim) => ({ ...first, client: app.client() })],
    ['the sign-up id of another address', async (first: Claim) => ({ ...first, ...(await otherOn(first.email)) })],
  ])('with %s it is a sign-up of its own', async (_, change) => {
    const first = await claim();
    const { client = first.client, loginId, email, password, signUpId } = await change(first);
    const { body } = await client.post(SIGN_UP, {
      ...{ loginId, email, password },
      ...(signUpId === first.signUpId ? {} : { signUpId }),
    });
    expect(body.signUpId).not.toBe(first.signUpId);
    expect(await refusal(byCode({ ...first, signUpId: body.signUpId }))).toBe('400 code_invalid');
    await byCode(first).expect(200);
    await login(first.loginId, first.password).expect(200);
  });

  it('EN-04 after another sign-up with the address was confirmed, it gets the same sign-up id and cannot be confirmed', async () => {
    const stranger = await claim();
    await cooldownPasses();
    await byCode(await claim({ email: stranger.email })).expect(200);
    const { client, loginId, email, password, signUpId } = stranger;
    const { body } = await client.post(SIGN_UP, { loginId, email, password }).expect(202);
    expect(body.signUpId).toBe(signUpId);
    const other = { ...unique.signUp(), email, signUpId };
    const { body: changed } = await client.post(SIGN_UP, other).expect(202);
    expect(changed.signUpId).not.toBe(signUpId);
    expect(await passwordsOfClaims(email)).toBe(0);
    expect(await refusal(byCode({ ...stranger, signUpId: changed.signUpId }))).toBe('400 code_invalid');
  });

  it('after a confirmation it is a sign-up of its own, and mails the notice about the account', async () => {
    const ada = await claim();
    await byCode(ada).expect(200);
    const { client, loginId, email, password, signUpId } = ada;
    const { body } = await client.post(SIGN_UP, { loginId, email, password }).expect(202);
    expect(body.signUpId).not.toBe(signUpId);
    expect((await mailbox.to(email).next({ after: ada.mail })).code).toBeUndefined();
  });

  /** The values of a sign-up on this address, with the sign-up id of another one. */
  async function otherOn(email: string): Promise<Partial<Claim>> {
    const { signUpId } = await claim();
    return { ...unique.signUp(), email, signUpId };
  }
});

describe('a new mail requested while the sign-up ends', () => {
  it.each([
    ['confirmed', byLink],
    ['discarded', ({ token }: Claim) => app.post(DISCARD, { token })],
  ])('while the sign-up is %s it is refused or comes too late, and never fails', async (_, end) => {
    for (let round = 0; round < 3; round += 1) {
      const ada = await claim();
      await cooldownPasses();
      const [ended, resent] = await Promise.all([end(ada), ada.client.post(RESEND, { signUpId: ada.signUpId })]);
      expect(Math.max(ended.status, resent.status)).toBeLessThan(500);
      expect(Math.min(ended.status, resent.status)).toBeLessThan(300);
    }
  });
});

describe('unconfirmed sign-up', () => {
  it('SS-05 it expires and never blocks the address or the login ID', async () => {
    const ada = await claim();
    await app.sql.query(`UPDATE sign_ups SET expires_at = now() - interval '1 second' WHERE email_key = $1`, [
      ada.email,
    ]);
    expect(await refusal(byCode(ada))).toBe('400 code_invalid');
    expect(await refusal(byLink(ada))).toBe('400 link_invalid');
    expect(await refusal(ada.client.post(RESEND, { signUpId: ada.signUpId }))).toBe('400 sign_up_invalid');
    await cooldownPasses();
    await byCode(await claim({ email: ada.email, loginId: ada.loginId })).expect(200);
  });
});

describe('login ID taken in between by another member', () => {
  it.each([
    ['by code', byCode],
    ['by link', byLink],
    ['by link and password', byLinkElsewhere],
  ])('it can be replaced at the confirmation %s', async (_, confirm) => {
    const ada = await claim();
    const eve = await claim({ loginId: ada.loginId });
    await byCode(eve).expect(200);
    expect(await refusal(confirm(ada))).toBe('409 login_id_taken');
    expect(await refusal(confirm(ada, { loginId: eve.loginId.toUpperCase() }))).toBe('409 login_id_taken');
    const another = unique.loginId();
    const { body } = await confirm(ada, { loginId: another.toUpperCase() }).expect(200);
    const { body: profile } = await app.get('/api/members/me', body.accessToken).expect(200);
    expect(profile).toMatchObject({ loginId: another, email: ada.email });
    await login(another, ada.password).expect(200);
    expect(await refusal(login(eve.loginId, ada.password))).toBe('401 invalid_credentials');
  });

  it.each([
    ['code', byCode],
    ['link and password', byLinkElsewhere],
  ])(
    'taken and reserved replacements cost the %s no guess, however many come before a free one',
    async (_, confirm) => {
      const ada = await claim();
      const eve = await given.member(app);
      for (let attempt = 0; attempt < 6; attempt += 1) {
        expect(await refusal(confirm(ada, { loginId: eve.loginId }))).toBe('409 login_id_taken');
        expect(await refusal(confirm(ada, { loginId: 'webmaster' }))).toBe('422 validation_failed');
      }
      await confirm(ada).expect(200);
    },
  );

  it('BF-16 one sign-up can try at most twenty other login IDs, and keeps its own', async () => {
    const [ada, eve] = [await claim(), await given.member(app)];
    const answers: string[] = [];
    for (let attempt = 0; attempt < 21; attempt += 1)
      answers.push(await refusal((attempt % 2 === 0 ? byCode : byLink)(ada, { loginId: eve.loginId })));
    expect([...new Set(answers.slice(0, 20)), answers[20]]).toEqual(['409 login_id_taken', '429 too_many_attempts']);
    expect(await refusal(byLinkElsewhere(ada, { loginId: unique.loginId() }))).toBe('429 too_many_attempts');
    await byLink(ada).expect(200);
  });

  it('BF-16 another login ID counts as a request of the client address', async () => {
    const [ada, eve] = [await claim(), await given.member(app)];
    const client = strict.client();
    const tryOther = () =>
      client.post(CONFIRM_LINK, { token: ada.token, signUpId: ada.signUpId, loginId: eve.loginId });
    const answers = [];
    for (let attempt = 0; attempt < 3; attempt += 1) answers.push(await refusal(tryOther()));
    expect(answers).toEqual(['409 login_id_taken', '409 login_id_taken', '429 too_many_requests']);
  });

  it('BF-16 a repeated sign-up with another login ID counts as one request, as every sign-up does', async () => {
    const { signUpId, email, password } = await claim();
    const client = strict.client();
    const repeat = () => client.post(SIGN_UP, { signUpId, email, password, loginId: unique.loginId() });
    const answers = [];
    for (let attempt = 0; attempt < 3; attempt += 1) answers.push((await repeat()).status);
    expect(answers).toEqual([202, 202, 429]);
  });

  it('a reserved or malformed replacement is refused', async () => {
    const ada = await claim();
    for (const [loginId, code] of [
      ['admin', 'login_id_reserved'],
      ['ad.min', 'login_id_reserved'],
      ['1ada', 'login_id_invalid'],
    ] as const) {
      const { body } = await byLink(ada, { loginId }).expect(422);
      expect(body.errors).toMatchObject([{ field: 'loginId', code }]);
    }
    await byLink(ada).expect(200);
  });

  it('one of two simultaneous confirmations gets it', async () => {
    for (let round = 0; round < 3; round += 1) {
      const ada = await claim();
      const eve = await claim({ loginId: ada.loginId });
      const answers = await Promise.all([byCode(ada), byCode(eve)]);
      expect(statusesOf(answers)).toEqual([200, 409]);
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe('login_id_taken');
    }
  });
});

describe('address that has an account', () => {
  it('EN-04 it gets the same answer as a new one', async () => {
    const ada = await given.member(app);
    const taken = await app.post(SIGN_UP, { ...unique.signUp(), email: ada.email });
    const free = await app.post(SIGN_UP, unique.signUp());
    const shapeOf = ({ status, headers: { date: _, ...headers }, body }: HttpAnswer) => {
      return { status, headers, body: { ...body, signUpId: body.signUpId.replace(/[\w-]/g, '.') } };
    };
    expect(shapeOf(taken)).toEqual(shapeOf(free));
  });

  it('EN-04 it gets a mail about the existing account, without a secret, and no second row', async () => {
    const ada = await given.member(app, { locale: 'ko' });
    const [welcome] = await mailbox.to(ada.email).all();
    const attempt = unique.signUp();
    const { body } = await app.post(SIGN_UP, { ...attempt, email: ada.email, locale: 'en' }).expect(202);
    const notice = await mailbox.to(ada.email).next({ after: welcome });
    expect(notice.subject).toBe('[Munjigi] 이미 가입된 계정이 있습니다'); // in the owner's language, not the stranger's
    expect([notice.code, notice.linkToken]).toEqual([undefined, undefined]);
    expect(notice.links).toEqual([`${app.publicUrl}/pages/login`]); // the same for every account
    expect(notice.text).not.toContain(attempt.loginId);
    expect(await refusal(app.post(CONFIRM_CODE, { signUpId: body.signUpId, code: '000000' }))).toBe('400 code_invalid');
    expect(await countOf('members', ada.email)).toBe(1);
    expect(await refusal(login(ada.email, attempt.password))).toBe('401 invalid_credentials');
    await login(ada.loginId, ada.password).expect(200);
  });

  it('ML-02 the mail goes to the stored spelling of the address', async () => {
    const ada = await given.member(app);
    const shouted = ada.email.toUpperCase();
    await app.post(SIGN_UP, { ...unique.signUp(), email: shouted }).expect(202);
    const mails = await mailbox.to(ada.email).waitForCount(2);
    expect(mails.map(({ to }) => to)).toEqual([[ada.email], [ada.email]]);
    await mailbox.expectNone(shouted, app);
  });

  it('EN-04 the mail limits apply to these mails too', async () => {
    const ada = await given.member(app);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await app.post(SIGN_UP, { ...unique.signUp(), email: ada.email }).expect(202);
    }
    await outboxEmpty(app);
    expect(await mailbox.to(ada.email).all()).toHaveLength(2);
  });

  it('an earlier sign-up can no longer be confirmed', async () => {
    const late = await claim();
    const ada = await given.member(app);
    await app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE id = $1', [ada.id, late.email]);
    expect(await refusal(byCode(late))).toBe('409 email_taken');
    expect(await refusal(byLink(late))).toBe('409 email_taken');
    expect(await refusal(login(late.email, late.password))).toBe('401 invalid_credentials');
    await login(late.email, ada.password).expect(200);
  });
});

describe('SS-05 sign-up by a stranger with the owner’s address', () => {
  it('the owner’s confirmation activates the owner’s sign-up alone', async () => {
    const attacker = await claim({ name: 'Mallory' });
    const values = { ...unique.signUp(), email: attacker.email };
    const client = app.client();
    const { body: answer } = await client.post(SIGN_UP, values).expect(202);
    await cooldownPasses();
    await client.post(RESEND, { signUpId: answer.signUpId }).expect(202);
    const mail = await mailbox.to(values.email).next({ after: attacker.mail });
    expect(mail.text).toContain(maskLoginId(values.loginId));

    const { body } = await client.post(CONFIRM_CODE, { signUpId: answer.signUpId, code: mail.code }).expect(200);
    const { body: profile } = await client.get('/api/members/me', body.accessToken).expect(200);
    expect(profile).toMatchObject({ loginId: values.loginId, email: values.email, name: null });

    expect(await refusal(login(values.email, attacker.password))).toBe('401 invalid_credentials');
    expect(await refusal(login(attacker.loginId, attacker.password))).toBe('401 invalid_credentials');
    await login(values.email, values.password).expect(200);
    // Nothing that the attacker set is left. The attacker's mail in the owner's mailbox no longer
    // works either.
    expect(await passwordsOfClaims(values.email)).toBe(0);
    expect(await refusal(byCode(attacker))).toBe('400 code_invalid');
    expect(await refusal(byLinkElsewhere(attacker))).toBe('400 link_invalid');
  });

  /** The owner of the address signs up too and confirms. */
  async function confirmAfter(early: Claim): Promise<void> {
    const { body: owner } = await app.post(SIGN_UP, { ...unique.signUp(), email: early.email }).expect(202);
    await cooldownPasses();
    await app.post(RESEND, { signUpId: owner.signUpId }).expect(202);
    const { code } = await mailbox.to(early.email).next({ after: early.mail });
    await app.post(CONFIRM_CODE, { signUpId: owner.signUpId, code }).expect(200);
  }

  it('EN-04 the stranger’s sign-up id does not show that the owner has signed up, and brings no more mail', async () => {
    const early = await claim();
    const known = (await given.member(app)).email;
    const { body: late } = await app.post(SIGN_UP, { ...unique.signUp(), email: known }).expect(202);
    await confirmAfter(early);

    await cooldownPasses();
    const outcomes = await Promise.all(
      [early, late].map(async ({ signUpId }: { signUpId: string }) => {
        const { status, body } = await app.post(RESEND, { signUpId });
        const refusals = [];
        for (let guess = 0; guess < 6; guess += 1)
          refusals.push(await refusal(app.post(CONFIRM_CODE, { signUpId, code: '000000' })));
        return [status, { ...body, signUpId: '' }, refusals];
      }),
    );
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(outcomes[0]![0]).toBe(202);
    await outboxEmpty(app);
    expect(await mailbox.to(early.email).all()).toHaveLength(2);
  });

  it('the stranger’s sign-up id brings no code after the owner has left the address', async () => {
    const early = await claim();
    await confirmAfter(early);
    const elsewhere = unique.email();
    await app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE email_key = $1', [early.email, elsewhere]);

    await cooldownPasses();
    await early.client.post(RESEND, { signUpId: early.signUpId }).expect(202);
    await outboxEmpty(app);
    expect(await mailbox.to(early.email).all()).toHaveLength(2);
    await cooldownPasses();
    await byCode(await claim({ email: early.email })).expect(200);
  });

  it('the owner cannot activate the stranger’s sign-up by mistake', async () => {
    const attacker = await claim();
    const values = { ...unique.signUp(), email: attacker.email };
    const { body: answer } = await app.post(SIGN_UP, values).expect(202);
    // The owner has only the attacker's mail and tries it with all known secrets.
    const owner = { ...attacker, client: app.client(), signUpId: answer.signUpId, password: values.password };
    expect(await refusal(byCode(owner))).toBe('400 code_invalid');
    expect(await refusal(byLink(owner))).toBe('401 invalid_credentials');
    expect(await refusal(byLinkElsewhere(owner))).toBe('401 invalid_credentials');
    expect(await countOf('members', attacker.email)).toBe(0);
  });

  it('recovery of a password or login ID sends no mail to the address', async () => {
    const attacker = await claim();
    await cooldownPasses();
    await app.post('/api/auth/password-reset/send-code', { email: attacker.email }).expect(202);
    await cooldownPasses();
    await app.post('/api/auth/login-id/send-code', { email: attacker.email }).expect(202);
    await mailbox.expectNone(attacker.email, app, 1);
  });
});

describe('login ID availability', () => {
  const CHECK = '/api/auth/login-id/check';

  it('the answer is yes, or no with a reason', async () => {
    const ada = await given.member(app);
    const check = async (loginId: string) => (await app.post(CHECK, { loginId }).expect(200)).body;
    expect(await check(unique.loginId())).toEqual({ available: true });
    expect(await check(ada.loginId)).toEqual({ available: false, reason: 'taken' });
    expect(await check(` ${ada.loginId.toUpperCase()} `)).toEqual({ available: false, reason: 'taken' });
    for (const loginId of ['ada', '1ada', 'ada lovelace', 'ada@example.test', '문지기문지기', 'a'.repeat(33)]) {
      expect(await check(loginId)).toEqual({ available: false, reason: 'invalid' });
    }
    for (const loginId of ['admin', 'Admin', 'ad.min', 'no-reply', 'munjigi']) {
      expect(await check(loginId)).toEqual({ available: false, reason: 'reserved' });
    }
  });

  it('open sign-ups reserve no login ID', async () => {
    const { loginId } = await claim();
    expect((await app.post(CHECK, { loginId }).expect(200)).body).toEqual({ available: true });
  });

  it('it can be switched off', async () => {
    expect(await refusal(strict.post(CHECK, { loginId: unique.loginId() }))).toBe('404 not_found');
    await app.post(CHECK, { loginId: unique.loginId() }).expect(200);
  });

  it('it is limited by client address', async () => {
    const client = app.client();
    await client.post(CHECK, { loginId: unique.loginId() }).expect(200);
    await app.sql.query(`UPDATE rate_limits SET points = 1000000 WHERE key LIKE 'ip-request:%'`);
    const { status, headers, body } = await client.post(CHECK, { loginId: unique.loginId() });
    expect([status, body.code, headers['retry-after']]).toEqual([429, 'too_many_requests', String(body.retryAfter)]);
    await app.client().post(CHECK, { loginId: unique.loginId() }).expect(200);
    // Later tests of this database may draw one of these addresses again.
    await app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'ip-request:%'`);
  });
});

describe('many sign-ups with one address', () => {
  /** The maximum number that is kept. */
  const MOST = 20;

  /** Signs up `count` times at once with the same address, each time from another client address. */
  async function crowd(email: string, count = MOST + 2): Promise<HttpAnswer[]> {
    return Promise.all(Array.from({ length: count }, () => app.client().post(SIGN_UP, { ...unique.signUp(), email })));
  }

  it('BF-08 a limited number is kept, and the answer beyond it is the same for known and unknown addresses', async () => {
    const [known, unknown] = [(await given.member(app)).email, unique.email()];
    for (const email of [known, unknown]) {
      const answers = await crowd(email);
      expect(new Set(answers.map(({ status, body }) => `${status} ${Object.keys(body).join()}`)).size).toBe(1);
      expect(answers[0]!.status).toBe(202);
      const { rowCount } = await app.sql.query(`SELECT FROM sign_ups WHERE email_key = $1 AND confirmed_at IS NULL`, [
        email,
      ]);
      expect(rowCount).toBe(MOST);
    }
  });

  it('SS-05 a sign-up whose code was mailed is never displaced: its owner confirms it', async () => {
    const ada = await claim();
    await crowd(ada.email);
    await byCode(ada).expect(200);
    await ada.client.post(LOGIN, { identifier: ada.loginId, password: ada.password }).expect(200);
    expect(await passwordsOfClaims(ada.email)).toBe(0);
  });

  it('SS-05 a later sign-up gets a working code as soon as a mail may go out again', async () => {
    const email = unique.email();
    await crowd(email, MOST + 1);
    await mailbox.to(email).next();
    await cooldownPasses();
    const ada = await claim({ email });
    await crowd(email);
    await byCode(ada).expect(200);
  });

  it('SS-05 an owner whose sign-up came too soon for a mail can have it sent later', async () => {
    const email = unique.email();
    await crowd(email, 3);
    const values = { ...unique.signUp(), email };
    const client = app.client();
    const { body } = await client.post(SIGN_UP, values).expect(202);
    const earlier = await mailbox.to(email).next();
    const ada = await resend({ ...values, client, signUpId: body.signUpId, mail: earlier, code: '', token: '' });
    await crowd(email);
    await byCode(ada).expect(200);
  });

  it('when all were mailed, the one mailed longest ago is replaced first', async () => {
    const first = await claim();
    await mailIsAllowed();
    const second = await claim({ email: first.email });
    for (let n = 0; n < MOST - 1; n += 1) {
      await mailIsAllowed();
      await app
        .client()
        .post(SIGN_UP, { ...unique.signUp(), email: first.email })
        .expect(202);
    }
    await byCode(first).expect(400);
    await byCode(second).expect(200);
  });

  /** Resets the mail limits, as after some hours. */
  async function mailIsAllowed(): Promise<void> {
    await app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'mail%'`);
  }
});
