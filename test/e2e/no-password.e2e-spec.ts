import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Signing } from '../support/authenticator.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { addPasskey, type WithPasskey } from '../support/passkeys.js';
import { resetTokenFor } from '../support/recovery.js';
import { CLIENT, OpenIdPartner, PECULIARITIES } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

const IDENTITIES = '/api/members/me/identities';
const PASSKEYS = '/api/members/me/passkeys';
const REDIRECT_URI = 'https://app.example.test/social';

let app: TestApp;
let google: OpenIdPartner;

beforeAll(async () => {
  google = await OpenIdPartner.start(REDIRECT_URI, PECULIARITIES.google);
  app = await TestApp.start({
    env: {
      SOCIAL_REDIRECT_URIS: REDIRECT_URI,
      SOCIAL_GOOGLE_CLIENT_ID: CLIENT.id,
      SOCIAL_GOOGLE_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_GOOGLE_ISSUER: google.issuer,
      SOCIAL_KAKAO_CLIENT_ID: CLIENT.id,
      SOCIAL_KAKAO_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_KAKAO_ISSUER: google.issuer,
      SOCIAL_NAVER_CLIENT_ID: CLIENT.id,
      SOCIAL_NAVER_CLIENT_SECRET: CLIENT.secret,
    },
  });
});
afterAll(async () => {
  await app?.stop();
  await google?.stop();
});

const refused = ({ status, body }: HttpAnswer): [number, string] => [status, body?.code];

/** The journey to the provider, up to what comes back to the client. */
async function atGoogle({ client }: Pick<GivenMember, 'client'>, subject: string) {
  const { body: started } = await client.post('/api/auth/social/google/start', {}).expect(200);
  const sent = await google.logIn(started.authorizationUrl, subject);
  return { requestId: started.requestId as string, ...Object.fromEntries(sent) };
}

/** A member who signed up with an account at the provider. */
async function socialMember(): Promise<GivenMember & { subject: string }> {
  const client = app.client();
  const subject = unique.loginId();
  const { body: required } = await client
    .post('/api/auth/social/google/complete', await atGoogle({ client }, subject))
    .expect(200);
  const loginId = unique.loginId();
  const { body } = await client.post('/api/auth/social/sign-up', { signUpId: required.signUpId, loginId }).expect(200);
  const email = `${subject}@gmail.com`;
  const common = { client, loginId, email, subject, password: unique.signUp().password };
  return { ...common, accessToken: body.accessToken, refreshToken: body.refreshToken } as GivenMember & {
    subject: string;
  };
}

const hasPassword = async ({ client, accessToken }: GivenMember): Promise<boolean> =>
  (await client.get('/api/members/me', accessToken).expect(200)).body.hasPassword as boolean;

async function link(member: GivenMember, subject: string): Promise<string> {
  const answer = { provider: 'google', ...(await atGoogle(member, subject)) };
  return (await member.client.post(IDENTITIES, answer, member.accessToken).expect(201)).body.id as string;
}

const unlink = ({ client, accessToken }: GivenMember, id: string) =>
  client.delete(`${IDENTITIES}/${id}`, undefined, accessToken);

async function firstIdentity({ client, accessToken }: GivenMember): Promise<string> {
  return (await client.get(IDENTITIES, accessToken).expect(200)).body.items[0].id as string;
}

const LAST = [409, 'last_way_in'];
const FAILED = [400, 'social_login_failed'];

/** A journey to Kakao. `tamper` changes the URL, as a member can in the browser. */
async function atKakao(
  { client }: Pick<GivenMember, 'client'>,
  subject: string,
  start: object = { reauthenticate: true },
  tamper: (url: URL) => void = () => undefined,
) {
  const { body: started } = await client.post('/api/auth/social/kakao/start', start).expect(200);
  const url = new URL(started.authorizationUrl);
  tamper(url);
  const sent = await google.logIn(url.href, subject);
  return { provider: 'kakao', requestId: started.requestId as string, ...Object.fromEntries(sent) };
}

/** A member without a password who has linked the account `kakao`, and whose last login is long ago. */
async function staleMember(): Promise<GivenMember & { kakao: string }> {
  const ada = await socialMember();
  const kakao = unique.loginId();
  const answer = await atKakao(ada, kakao, {});
  await ada.client.post(IDENTITIES, answer, ada.accessToken).expect(201);
  await ageLogin(ada);
  return { ...ada, kakao };
}

const ageLogin = ({ accessToken }: GivenMember) =>
  app.sql.query(`UPDATE sessions SET authenticated_at = to_timestamp(0) WHERE id = $1`, [
    decodeToken(accessToken).claims.sid,
  ]);
const confirm = ({ client, accessToken }: GivenMember, answer: object) =>
  client.post('/api/auth/reauthenticate/social', answer, accessToken);

/** Whether an operation that needs a recent login is admitted. */
async function isRecent(member: GivenMember): Promise<boolean> {
  const { body } = await unlink(member, randomUUID());
  return body.code === 'not_found';
}

describe('a login at the provider, to confirm a session', () => {
  it('SO-32 counts as a recent login, and the same answer of the provider does not work twice', async () => {
    const ada = await staleMember();
    expect(await isRecent(ada)).toBe(false);
    const answer = await atKakao(ada, ada.kakao);
    await confirm(ada, answer).expect(204);
    expect(await isRecent(ada)).toBe(true);
    expect(refused(await confirm(ada, answer))).toEqual(FAILED);
  });

  it('SO-32 is refused where the provider was not asked for a new login, or the browser removed `prompt` and `max_age`', async () => {
    const ada = await staleMember();
    const drop = (url: URL) => ['prompt', 'max_age'].forEach((name) => url.searchParams.delete(name));
    expect(refused(await confirm(ada, await atKakao(ada, ada.kakao, {})))).toEqual(FAILED);
    expect(refused(await confirm(ada, await atKakao(ada, ada.kakao, undefined, drop)))).toEqual(FAILED);
    expect(await isRecent(ada)).toBe(false);
  });

  it('SO-32 is refused with an account that another member or no member has linked', async () => {
    const [ada, eve] = [await staleMember(), await staleMember()];
    for (const subject of [eve.kakao, unique.loginId()])
      expect(refused(await confirm(ada, await atKakao(ada, subject)))).toEqual(FAILED);
    expect([await isRecent(ada), await isRecent(eve)]).toEqual([false, false]);
  });

  it('SO-32 cannot begin at Naver, which states no time of authentication', async () => {
    const { status, body } = await app.post('/api/auth/social/naver/start', { reauthenticate: true });
    expect([status, body.errors[0]]).toMatchObject([422, { field: 'reauthenticate' }]);
    await app.post('/api/auth/social/naver/start', { reauthenticate: false }).expect(200);
  });
});

describe('a passkey, to confirm a session', () => {
  const confirmPasskey = async ({ client, accessToken, authenticator }: WithPasskey, signing: Signing = {}) => {
    const { body } = await client.post('/api/auth/reauthenticate/passkey/options', undefined, accessToken).expect(200);
    const credential = authenticator.get(body.publicKey, signing);
    return client.post('/api/auth/reauthenticate', { credential }, accessToken);
  };

  it('SO-32 needs no password where it verifies its user', async () => {
    const ada = await addPasskey(await given.member(app));
    await app.sql.query('UPDATE members SET password_hash = NULL WHERE id = $1', [ada.id]);
    await ageLogin(ada);
    expect(refused(await confirmPasskey(ada, { userVerified: false }))).toEqual([400, 'passkey_invalid']);
    expect(await isRecent(ada)).toBe(false);
    expect((await confirmPasskey(ada)).status).toBe(204);
    expect(await isRecent(ada)).toBe(true);
    await app.sql.query('UPDATE passkeys SET user_verified = false WHERE member_id = $1', [ada.id]);
    expect(refused(await confirmPasskey(ada))).toEqual([400, 'passkey_invalid']);
  });

  it('SO-32 is required in a request without a password, even with a code', async () => {
    const { client, accessToken } = await given.member(app);
    for (const body of [{}, { code: '123456' }]) {
      const answer = await client.post('/api/auth/reauthenticate', body, accessToken).expect(422);
      expect(answer.body.errors[0].field).toBe('password');
    }
  });
});

describe('the last way in', () => {
  it('SO-31 stays: a linked account is unlinked only while another one is there', async () => {
    const ada = await socialMember();
    const first = await firstIdentity(ada);
    expect(refused(await unlink(ada, first))).toEqual(LAST);
    const second = await link(ada, unique.loginId());
    expect((await unlink(ada, first)).status).toBe(204);
    expect(refused(await unlink(ada, second))).toEqual(LAST);
    expect(await firstIdentity(ada)).toBe(second);
  });

  it('SO-31 can be the password: a member who has one can unlink the only linked account', async () => {
    const ada = await given.member(app);
    expect((await unlink(ada, await link(ada, unique.loginId()))).status).toBe(204);
  });

  it('SO-31 can be a passkey only if it verifies its user, and a linked account only if its provider is configured', async () => {
    const ada = await addPasskey(await given.member(app));
    const linked = await link(ada, unique.loginId());
    await app.sql.query('UPDATE members SET password_hash = NULL WHERE id = $1', [ada.id]);
    await app.sql.query('UPDATE passkeys SET user_verified = false WHERE member_id = $1', [ada.id]);
    expect(refused(await unlink(ada, linked))).toEqual(LAST);
    await app.sql.query('UPDATE passkeys SET user_verified = true WHERE member_id = $1', [ada.id]);
    await app.sql.query(`UPDATE identities SET provider = 'elsewhere' WHERE member_id = $1`, [ada.id]);
    const remove = () =>
      ada.client.delete(`${PASSKEYS}/${ada.passkeyId}`, { code: ada.recoveryCodes[0] }, ada.accessToken);
    expect(refused(await remove())).toEqual(LAST);
    // The refusal rolled the use of the code back.
    await app.sql.query(`UPDATE identities SET provider = 'google' WHERE member_id = $1`, [ada.id]);
    await remove().expect(204);
    expect(refused(await unlink(ada, linked))).toEqual(LAST);
  });
});

describe('a member without a password', () => {
  it('SO-30 gets the answer for a wrong password whatever password is sent, and the profile shows that the member has none', async () => {
    const ada = await socialMember();
    expect(await hasPassword(ada)).toBe(false);
    const wrong = await given.member(app);
    expect(await hasPassword(wrong)).toBe(true);
    for (const identifier of [ada.loginId, ada.email, wrong.loginId]) {
      const answer = await app.client().post('/api/auth/login', { identifier, password: 'tall giraffe 42' });
      expect(refused(answer)).toEqual([401, 'invalid_credentials']);
    }
    const confirmation = await ada.client.post(
      '/api/auth/reauthenticate',
      { password: 'tall giraffe 42' },
      ada.accessToken,
    );
    expect(refused(confirmation)).toEqual([401, 'invalid_credentials']);
  });

  it('SO-30 sets a first password by a reset, and then logs in with the password or at the provider', async () => {
    const ada = await socialMember();
    const resetToken = await resetTokenFor(app, ada);
    await app.post('/api/auth/password-reset', { resetToken, newPassword: ada.password }).expect(204);
    const login = { identifier: ada.loginId, password: ada.password };
    const { body } = await app.client().post('/api/auth/login', login).expect(200);
    expect(await hasPassword({ ...ada, accessToken: body.accessToken })).toBe(true);
    const answer = await atGoogle(ada, ada.subject);
    await ada.client.post('/api/auth/social/google/complete', answer).expect(200);
  });
});
