import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { ProofMaker } from '../support/proof-maker.js';
import { CLIENT, OpenIdPartner } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

const REDIRECT_URI = 'https://app.example.test/social';
const SIGN_UP = '/api/auth/social/sign-up';

let app: TestApp;
let google: OpenIdPartner;
let directory: string;

/** What the provider knows of its accounts, by subject. */
const accounts = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'social-sign-up-'));
  const attributes = join(directory, 'attributes.json');
  await writeFile(
    attributes,
    JSON.stringify({ plan: { schema: { enum: ['free', 'pro'] }, member: 'write', atSignUp: 'optional' } }),
  );
  google = await OpenIdPartner.start(REDIRECT_URI, { name: 'Acme', claims: (sub) => ({ sub, ...accounts.get(sub) }) });
  app = await TestApp.start({
    env: {
      CORS_ORIGINS: 'https://app.example.test',
      MEMBER_ATTRIBUTES: attributes,
      SOCIAL_REDIRECT_URIS: REDIRECT_URI,
      SOCIAL_GOOGLE_CLIENT_ID: CLIENT.id,
      SOCIAL_GOOGLE_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_GOOGLE_ISSUER: google.issuer,
    },
  });
});
afterAll(async () => {
  await app?.stop();
  await google.stop();
  await rm(directory, { recursive: true });
});

interface Account {
  subject: string;
  email: string;
}

/** An account at the provider. Its mailbox is trusted and verified unless `claims` differ. */
function newAccount(claims: Record<string, unknown> = {}): Account {
  const subject = unique.loginId();
  const email = (claims.email as string | undefined) ?? `${subject}@gmail.com`;
  accounts.set(subject, { email, email_verified: true, name: 'Ada Lovelace', ...claims });
  return { subject, email };
}

/** An account whose address the provider has not verified. */
const newUnverified = (email = unique.email()): Account => newAccount({ email, email_verified: false });

interface JourneyOptions {
  readonly start?: object;
  readonly headers?: () => Record<string, string>;
}

async function logIn(client: HttpClient, { subject }: Account, { start = {}, headers }: JourneyOptions = {}) {
  const { body: started } = await client.post('/api/auth/social/google/start', start).expect(200);
  const sent = await google.logIn(started.authorizationUrl, subject);
  const body = { requestId: started.requestId, ...Object.fromEntries(sent) };
  return client.request('POST', '/api/auth/social/google/complete', { body, headers: headers?.() }).expect(200);
}

/** The `signUpId` that a client gets for an account without a member. */
async function offer(client: HttpClient, account: Account): Promise<string> {
  const { body } = await logIn(client, account);
  expect(body.status).toBe('sign_up_required');
  return body.signUpId as string;
}

const signUp = (client: HttpClient, signUpId: string, body: object = {}) =>
  client.post(SIGN_UP, { signUpId, loginId: unique.loginId(), ...body });

async function codeFor(email: string): Promise<string> {
  return (await mailbox.to(email).next()).code!;
}

const refused = ({ status, body }: HttpAnswer): [number, string] => [status, body?.code];
const memberOf = ({ body }: HttpAnswer): string => decodeToken(body.accessToken).claims.sub as string;
const membersWith = async (email: string): Promise<number> =>
  (await app.sql.query(`SELECT FROM members WHERE email_key = $1`, [email])).rowCount!;

describe('a sign-up with an account at a provider', () => {
  it('makes the member at once where the provider vouches for the mailbox, and logs in', async () => {
    const client = app.client();
    const account = newAccount();
    const { body: required } = await logIn(client, account);
    expect(required).toEqual({
      ...{ status: 'sign_up_required', signUpId: expect.any(String), email: account.email, emailProven: true },
      ...{ suggestedLoginId: account.subject, expiresIn: 1800 },
    });
    const answer = await signUp(client, required.signUpId, { attributes: { plan: 'pro' } }).expect(200);
    expect(answer.body.status).toBe('authenticated');
    const { sub, amr } = decodeToken(answer.body.accessToken).claims;
    expect(amr).toEqual(['fed']);
    const { body: profile } = await client.get('/api/members/me', answer.body.accessToken).expect(200);
    expect(profile).toMatchObject({ email: account.email, name: 'Ada Lovelace', attributes: { plan: 'pro' } });
    const again = await logIn(app.client(), account);
    expect([again.body.status, memberOf(again)]).toEqual(['authenticated', sub]);
  });

  it('mails the owner of the mailbox, with an “it wasn’t me” link', async () => {
    const client = app.client();
    const account = newAccount();
    await signUp(client, await offer(client, account), { locale: 'en' }).expect(200);
    const { subject, text } = await mailbox.to(account.email).next();
    expect(subject).toContain('Your account was created with');
    expect(text).toMatch(/\/pages\/not-me#token=/);
  });

  it('makes a member without a password, who can set one by a reset', async () => {
    const client = app.client();
    const account = newAccount();
    await signUp(client, await offer(client, account)).expect(200);
    const login = { identifier: account.email, password: unique.password() };
    for (const password of ['x', login.password])
      expect(refused(await client.post('/api/auth/login', { ...login, password }))).toEqual([
        401,
        'invalid_credentials',
      ]);
    const [created] = await mailbox.to(account.email).waitForCount(1);
    const { body: sent } = await client.post('/api/auth/password-reset/send-code', { email: account.email });
    const { code } = await mailbox.to(account.email).next({ after: created });
    const proof = { requestId: sent.requestId, code };
    const { body: grant } = await client.post('/api/auth/password-reset/confirm-code', proof).expect(200);
    const reset = { newPassword: login.password };
    await client.post('/api/auth/password-reset', reset, grant.resetToken).expect(204);
    await client.post('/api/auth/login', login).expect(200);
    expect((await logIn(client, account)).body.status).toBe('authenticated');
  });

  it('keeps to the cookie that the journey asked for, from known pages only', async () => {
    const client = app.client();
    const origin = { origin: 'https://app.example.test' };
    const begin = { start: { transport: 'cookie' }, headers: () => origin };
    const { body: required } = await logIn(client, newAccount(), begin);
    const body = { signUpId: required.signUpId, loginId: unique.loginId() };
    expect(refused(await client.post(SIGN_UP, body))).toEqual([403, 'origin_not_allowed']);
    const { body: done } = await client.request('POST', SIGN_UP, { body, headers: origin }).expect(200);
    expect([done.status, done.refreshToken]).toEqual(['authenticated', undefined]);
  });

  it.each([
    ['that the provider did not verify', () => newUnverified()],
    ['of a domain that the provider is not trusted with', () => newAccount({ email: unique.email() })],
  ])('SO-14 needs the mailed code for an address %s', async (_, make) => {
    const client = app.client();
    const account = make();
    const { body: required } = await logIn(client, account);
    expect(required).toMatchObject({ email: account.email, emailProven: false });
    const { body } = await signUp(client, required.signUpId).expect(200);
    expect(body).toEqual({
      ...{ status: 'confirmation_required', signUpId: expect.any(String) },
      ...{ resendAfter: expect.any(Number), expiresIn: expect.any(Number) },
    });
    expect(await membersWith(account.email)).toBe(0);
    expect((await logIn(client, account)).body.status).toBe('sign_up_required');
    const confirmation = { signUpId: body.signUpId, code: await codeFor(account.email) };
    const done = await client.post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
    expect(decodeToken(done.body.accessToken).claims.amr).toEqual(['fed']);
    expect(memberOf(await logIn(app.client(), account))).toBe(memberOf(done));
  });

  it('SO-14 needs the mailed code for another address than that of the provider', async () => {
    const client = app.client();
    const account = newAccount();
    const email = unique.email();
    const { body } = await signUp(client, await offer(client, account), { email }).expect(200);
    expect(body.status).toBe('confirmation_required');
    const confirmation = { signUpId: body.signUpId, code: await codeFor(email) };
    await client.post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
    expect([await membersWith(email), await membersWith(account.email)]).toEqual([1, 0]);
  });

  it('needs an address where the provider names none', async () => {
    const client = app.client();
    const signUpId = await offer(client, newAccount({ email: undefined, email_verified: undefined }));
    const { body } = await signUp(client, signUpId).expect(422);
    expect(body.errors).toMatchObject([{ field: 'email', code: 'required' }]);
    expect((await signUp(client, signUpId, { email: unique.email() })).body.status).toBe('confirmation_required');
  });

  it('refuses a login ID that is taken, and takes another one', async () => {
    const client = app.client();
    const { loginId } = await given.member(app);
    const signUpId = await offer(client, newAccount());
    expect(refused(await signUp(client, signUpId, { loginId }))).toEqual([409, 'login_id_taken']);
    expect(refused(await signUp(client, signUpId, { loginId: 'admin' }))).toEqual([422, 'validation_failed']);
    await signUp(client, signUpId).expect(200);
  });

  it('shows no login IDs in use before the mailbox is proven', async () => {
    const client = app.client();
    const { loginId } = await given.member(app);
    const account = newUnverified();
    const signUpId = await offer(client, account);
    const { body: first } = await signUp(client, signUpId, { loginId }).expect(200);
    const code = await codeFor(account.email);
    const taken = await client.post('/api/auth/sign-up/confirm-code', { signUpId: first.signUpId, code });
    expect(refused(taken)).toEqual([409, 'login_id_taken']);
    // The same client chooses another one; the code in the mailbox still fits.
    const { body: second } = await signUp(client, signUpId).expect(200);
    await client.post('/api/auth/sign-up/confirm-code', { signUpId: second.signUpId, code }).expect(200);
  });

  it('refuses attributes that are not declared, and makes no member', async () => {
    const client = app.client();
    const account = newAccount();
    const signUpId = await offer(client, account);
    await signUp(client, signUpId, { attributes: { plan: 'gold' } }).expect(422);
    await signUp(client, signUpId, { attributes: { role: 'admin' } }).expect(422);
    expect(await membersWith(account.email)).toBe(0);
  });

  it('SO-09 a changed address at the provider changes nothing: the member is found by the subject', async () => {
    const client = app.client();
    const account = newAccount();
    const memberId = memberOf(await signUp(client, await offer(client, account)).expect(200));
    accounts.set(account.subject, { email: `new.${account.email}`, email_verified: true });
    const later = await logIn(client, account);
    expect(memberOf(later)).toBe(memberId);
    const { body: profile } = await client.get('/api/members/me', later.body.accessToken);
    expect(profile.email).toBe(account.email);
    // The old address has a new owner at the provider by now.
    const successor = newAccount({ email: account.email });
    const { body: required } = await logIn(app.client(), successor);
    expect(required.status).toBe('sign_up_required');
  });

  it('SO-19 a recycled subject gets a new member and nothing of the erased one', async () => {
    const client = app.client();
    const account = newAccount();
    const first = memberOf(await signUp(client, await offer(client, account)).expect(200));
    await app.sql.query(`DELETE FROM members WHERE id = $1`, [first]);
    accounts.set(account.subject, { email: account.email, email_verified: true, name: 'Eve' });
    const second = await signUp(client, await offer(client, account)).expect(200);
    expect(memberOf(second)).not.toBe(first);
    const { body: profile } = await client.get('/api/members/me', second.body.accessToken);
    expect(profile.name).toBe('Eve');
  });
});

describe('an attacker on sign-up with an account at a provider', () => {
  it('SO-15 signs up with a password first: the owner gets an account of their own', async () => {
    const account = newAccount();
    const eve = app.client();
    const claim = { ...unique.signUp(), email: account.email };
    const { body: claimed } = await eve.post('/api/auth/sign-up', claim).expect(202);
    const code = await codeFor(account.email);
    const owner = app.client();
    await signUp(owner, await offer(owner, account)).expect(200);
    // Even with the code that was mailed to the owner.
    const late = await eve.post('/api/auth/sign-up/confirm-code', { signUpId: claimed.signUpId, code });
    expect(refused(late)).toEqual([400, 'code_invalid']);
    await eve.post('/api/auth/login', { identifier: account.email, password: claim.password }).expect(401);
    expect(await membersWith(account.email)).toBe(1);
  });

  it('SO-15 claims the address of a victim with an account of their own: the sign-up of the victim voids the claim', async () => {
    const victim = newAccount();
    const eve = app.client();
    const account = newUnverified(victim.email);
    const { body: claimed } = await signUp(eve, await offer(eve, account)).expect(200);
    const code = await codeFor(victim.email);
    // The victim signs up, so the claim of the attacker can no longer be confirmed.
    const owner = app.client();
    const own = await signUp(owner, await offer(owner, victim)).expect(200);
    const late = await eve.post('/api/auth/sign-up/confirm-code', { signUpId: claimed.signUpId, code });
    expect(refused(late)).toEqual([400, 'code_invalid']);
    // Repeating the request does not put the account at the provider back into the claim.
    await signUp(eve, await offer(eve, account)).expect(200);
    const { body } = await owner.get('/api/members/me/identities', own.body.accessToken).expect(200);
    expect(body.items).toHaveLength(1);
    expect((await logIn(eve, account)).body.status).toBe('sign_up_required');
  });

  it('SO-15 has the mailed link but not the signUpId of the victim: the link is refused with any password', async () => {
    const client = app.client();
    const account = newUnverified();
    await signUp(client, await offer(client, account)).expect(200);
    const { linkToken: token } = await mailbox.to(account.email).next();
    const { body: link } = await client.post('/api/auth/sign-up/inspect-link', { token }).expect(200);
    expect(link.hasPassword).toBe(false);
    for (const password of ['x', ' ', 'tall giraffes nap at noon 42'])
      expect(refused(await app.client().post('/api/auth/sign-up/confirm-link', { token, password }))).toEqual([
        401,
        'invalid_credentials',
      ]);
    const other = randomBytes(32).toString('base64url');
    const answer = await app.client().post('/api/auth/sign-up/confirm-link', { token, signUpId: other });
    expect(refused(answer)).toEqual([401, 'invalid_credentials']);
  });

  it('SO-16 gets the same answer for an address that is known, and the owner of the address gets a mail', async () => {
    const ada = await given.member(app, { locale: 'en' });
    const client = app.client();
    const before = await mailbox.to(ada.email).next();
    const answers: HttpAnswer[] = [];
    for (const account of [newUnverified(ada.email), newUnverified()])
      answers.push(await signUp(client, await offer(client, account)).expect(200));
    const [known, unknown] = answers.map(({ body }) => ({ ...body, signUpId: (body.signUpId as string).length }));
    expect(known).toEqual(unknown);
    const { subject, text } = await mailbox.to(ada.email).next({ after: before });
    expect(subject).toContain('You already have an account');
    expect(text).toContain('link your Google account in your account settings');
    expect(text).not.toMatch(/token=/);
    const guess = { signUpId: answers[0]!.body.signUpId, code: '000000' };
    expect(refused(await client.post('/api/auth/sign-up/confirm-code', guess))).toEqual([400, 'code_invalid']);
  });

  it('SO-16 opens no account of another person with an address that the provider vouches for', async () => {
    const account = newAccount();
    const ada = await given.member(app, { email: account.email });
    const client = app.client();
    const { body } = await signUp(client, await offer(client, account)).expect(200);
    expect(body.status).toBe('confirmation_required');
    const { body: identities } = await ada.client.get('/api/members/me/identities', ada.accessToken).expect(200);
    expect(identities.items).toEqual([]);
    expect((await logIn(client, account)).body.status).toBe('sign_up_required');
  });

  it.each([
    ['at once', newAccount, ['identity_taken']],
    ['by a mailed code', newUnverified, ['identity_taken', 'code_invalid']],
  ])('SO-17 signs up in two browsers with one account: one member is made %s', async (_, make, refusals) => {
    const account = make();
    const clients = [app.client(), app.client()];
    const ids = [await offer(clients[0]!, account), await offer(clients[1]!, account)];
    let answers = await Promise.all(clients.map((client, index) => signUp(client, ids[index]!)));
    if (answers.every(({ body }) => body.status === 'confirmation_required')) {
      const mails = await mailbox.to(account.email).waitForCount(1);
      const { code } = mails[0]!;
      answers = await Promise.all(
        clients.map((client, index) =>
          client.post('/api/auth/sign-up/confirm-code', { signUpId: answers[index]!.body.signUpId, code }),
        ),
      );
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await membersWith(account.email)).toBe(1);
    expect(refusals).toContain(answers.find(({ status }) => status !== 200)!.body.code);
  });

  it('SO-17 signs up with one account and two addresses: the second member is not made', async () => {
    const account = newUnverified();
    const client = app.client();
    const signUpId = await offer(client, account);
    const emails = [unique.email(), unique.email()];
    const pending: string[] = [];
    for (const email of emails)
      pending.push((await signUp(client, signUpId, { email }).expect(200)).body.signUpId as string);
    const codes = await Promise.all(emails.map(codeFor));
    const answers = await Promise.all(
      codes.map((code, index) => client.post('/api/auth/sign-up/confirm-code', { signUpId: pending[index], code })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await Promise.all(emails.map(membersWith))).sort()).toEqual([0, 1]);
  });

  it('SO-18 is refused with a signUpId that was used, has expired or never existed', async () => {
    const client = app.client();
    const account = newAccount();
    const signUpId = await offer(client, account);
    const both = await Promise.all([signUp(client, signUpId), signUp(client, signUpId)]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused(await signUp(client, signUpId))).toEqual([400, 'sign_up_invalid']);
    const expired = await offer(client, newAccount());
    await app.sql.query(`UPDATE social_sign_ups SET expires_at = now() - interval '1 second'`);
    for (const id of [expired, randomBytes(32).toString('base64url')])
      expect(refused(await signUp(client, id))).toEqual([400, 'sign_up_invalid']);
  });

  it('SO-18 is refused with a stolen signUpId without the key of its client', async () => {
    const [client, eve] = [app.client(), app.client()];
    const [maker, other] = [new ProofMaker(), new ProofMaker()];
    const complete = { headers: () => ({ dpop: maker.proof({ path: '/api/auth/social/google/complete' }) }) };
    const { body: required } = await logIn(client, newAccount(), complete);
    const body = { signUpId: required.signUpId, loginId: unique.loginId() };
    const send = (from: HttpClient, proof?: string) =>
      from.request('POST', SIGN_UP, { body, headers: proof === undefined ? {} : { dpop: proof } });
    expect(refused(await send(eve))).toEqual([401, 'proof_required']);
    expect(refused(await send(eve, other.proof({ path: SIGN_UP })))).toEqual([401, 'proof_invalid']);
    await send(client, maker.proof({ path: SIGN_UP })).expect(200);
  });

  it('SO-18 finds in a dump of the database neither address nor subject of an account that has not signed up', async () => {
    const client = app.client();
    const account = newUnverified();
    const signUpId = await offer(client, account);
    const dump = async (table: string) =>
      JSON.stringify((await app.sql.query(`SELECT * FROM ${table}`)).rows.map((row) => encoded(row)));
    const offers = await dump('social_sign_ups');
    for (const secret of [account.subject, account.email, signUpId]) expect(offers).not.toContain(secret);
    await signUp(client, signUpId).expect(200);
    expect(await dump('sign_ups')).not.toContain(account.subject);
  });
});

/** Bytes as the text that they may hold. */
function encoded(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Buffer ? value.toString('latin1') : value]),
  );
}
