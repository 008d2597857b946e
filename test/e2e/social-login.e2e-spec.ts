import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memoryStorage, MunjigiClient, type MunjigiOptions } from '../../client/src/index.js';
import { givenAdmin } from '../support/admins.js';
import { newSigner } from '../support/client-signer.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { addPasskey, passkeyLogin, passkeyStep, passwordStep } from '../support/passkeys.js';
import { resetTokenFor } from '../support/recovery.js';
import { enrol, codeAt } from '../support/second-factor.js';
import { NaverPartner } from '../support/social/naver-partner.js';
import { CLIENT, OpenIdPartner, PECULIARITIES } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

const REDIRECT_URI = 'https://app.example.test/social';

let app: TestApp;
let google: OpenIdPartner;
let kakao: OpenIdPartner;
let naver: NaverPartner;

beforeAll(async () => {
  google = await OpenIdPartner.start(REDIRECT_URI, PECULIARITIES.google);
  kakao = await OpenIdPartner.start(REDIRECT_URI, PECULIARITIES.kakao);
  naver = await new NaverPartner().start();
  app = await TestApp.start({
    env: {
      CORS_ORIGINS: 'https://app.example.test',
      SOCIAL_REDIRECT_URIS: `${REDIRECT_URI},com.example.app:/social`,
      ...providerEnv('GOOGLE', google.issuer),
      SOCIAL_GOOGLE_NATIVE_AUDIENCES: CLIENT.id,
      ...providerEnv('KAKAO', kakao.issuer),
      ...providerEnv('NAVER', naver.issuer),
      SOCIAL_NAVER_PROFILE_URL: `${naver.issuer}/v1/nid/me`,
      SOCIAL_OIDC_PROVIDERS: 'gone=http://127.0.0.1:9',
      SOCIAL_OIDC_GONE_CLIENT_ID: CLIENT.id,
      SOCIAL_OIDC_GONE_CLIENT_SECRET: CLIENT.secret,
    },
  });
});
afterAll(async () => {
  await app?.stop();
  await Promise.all([google.stop(), kakao.stop(), naver.stop()]);
});

function providerEnv(name: string, issuer: string): Record<string, string> {
  return {
    [`SOCIAL_${name}_CLIENT_ID`]: CLIENT.id,
    [`SOCIAL_${name}_CLIENT_SECRET`]: CLIENT.secret,
    [`SOCIAL_${name}_ISSUER`]: issuer,
  };
}

type PartnerName = 'google' | 'kakao' | 'naver';
const partner = (name: PartnerName) => ({ google, kakao, naver })[name];

async function begin(client: HttpClient, name: PartnerName, body: object = {}) {
  const { body: started } = await client.post(`/api/auth/social/${name}/start`, body).expect(200);
  return started as { requestId: string; authorizationUrl: string };
}

/** Logs a person in at the provider and returns the answer as the client sends it on. */
async function journey(client: HttpClient, name: PartnerName, subject: string, body: object = {}) {
  const { requestId, authorizationUrl } = await begin(client, name, body);
  const sent = await partner(name).logIn(authorizationUrl, subject);
  const iss = sent.get('iss');
  return { requestId, code: sent.get('code')!, state: sent.get('state')!, ...(iss !== null && { iss }) };
}

const complete = (client: HttpClient, name: PartnerName, answer: object) =>
  client.post(`/api/auth/social/${name}/complete`, answer);

async function link({ client, accessToken }: GivenMember, name: PartnerName, subject: string) {
  const answer = await journey(client, name, subject);
  return client.post('/api/members/me/identities', { provider: name, ...answer }, accessToken);
}

async function logIn(name: PartnerName, subject: string, client = app.client()): Promise<HttpAnswer> {
  return complete(client, name, await journey(client, name, subject));
}

const refused = ({ status, body }: HttpAnswer): [number, string] => [status, body?.code];
const REFUSED = [400, 'social_login_failed'];

async function linkedMember(name: PartnerName = 'google'): Promise<GivenMember & { subject: string }> {
  const member = await given.member(app);
  const subject = unique.loginId();
  expect((await link(member, name, subject)).status).toBe(201);
  return { ...member, subject };
}

describe('social login', () => {
  it('lists the configured providers', async () => {
    const { body } = await app.get('/api/auth/social/providers').expect(200);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['google', 'kakao', 'naver', 'gone']);
  });

  it.each(['google', 'kakao', 'naver'] as const)('logs in the member who linked an account at %s', async (name) => {
    const ada = await linkedMember(name);
    const { status, body } = await logIn(name, ada.subject);
    expect([status, body.status]).toEqual([200, 'authenticated']);
    const { sub, amr } = decodeToken(body.accessToken).claims;
    expect([sub, amr]).toEqual([ada.id, ['fed']]);
  });

  it('asks for the second factor of the member', async () => {
    const ada = await linkedMember();
    const { secret } = await enrol(ada);
    const client = app.client();
    const { body } = await logIn('google', ada.subject, client);
    expect(body.status).toBe('mfa_required');
    const { body: done } = await client
      .post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: codeAt(secret, 1) })
      .expect(200);
    expect(decodeToken(done.accessToken).claims.amr).toEqual(['fed', 'otp', 'mfa']);
  });

  it('refuses a disabled member with the answer of a wrong password', async () => {
    const ada = await linkedMember();
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [ada.id]);
    expect(refused(await logIn('google', ada.subject))).toEqual([401, 'invalid_credentials']);
  });

  it('keeps the refresh token in a cookie where the journey asked for it, from known pages only', async () => {
    const ada = await linkedMember();
    const client = app.client();
    const [first, second] = [
      await journey(client, 'google', ada.subject, { transport: 'cookie' }),
      await journey(client, 'google', ada.subject, { transport: 'cookie' }),
    ];
    expect(refused(await complete(client, 'google', first))).toEqual([403, 'origin_not_allowed']);
    const { body } = await client
      .request('POST', '/api/auth/social/google/complete', {
        body: second,
        headers: { origin: 'https://app.example.test' },
      })
      .expect(200);
    expect([body.status, body.refreshToken]).toEqual(['authenticated', undefined]);
  });

  it('SO-09 finds no member by the address that a provider names', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    await app.sql.query(`UPDATE members SET email = $2, email_key = $2 WHERE id = $1`, [
      ada.id,
      `${subject}@gmail.com`,
    ]);
    expect((await logIn('google', subject)).body).toMatchObject({ status: 'sign_up_required' });
  });

  it('SO-10 keeps an identity with its first member, also when two link it at once', async () => {
    const [ada, eve] = [await given.member(app), await given.member(app)];
    const subject = unique.loginId();
    const answers = await Promise.all([link(ada, 'kakao', subject), link(eve, 'kakao', subject)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('identity_taken');
  });

  it('an unlinked account logs in no longer, and no other member can unlink it', async () => {
    const [ada, eve] = [await linkedMember(), await given.member(app)];
    const { body } = await ada.client.get('/api/members/me/identities', ada.accessToken).expect(200);
    expect(body.items).toEqual([expect.objectContaining({ provider: 'google', email: `${ada.subject}@gmail.com` })]);
    const path = `/api/members/me/identities/${body.items[0].id}`;
    await eve.client.delete(path, undefined, eve.accessToken).expect(404);
    await ada.client.delete(path, undefined, ada.accessToken).expect(204);
    expect((await logIn('google', ada.subject)).body.status).toBe('sign_up_required');
  });

  it('SO-13 mails the member who links or unlinks an account, with an “it wasn’t me” link', async () => {
    const ada = await linkedMember();
    const { body } = await ada.client.get('/api/members/me/identities', ada.accessToken).expect(200);
    await mailbox.to(ada.email).waitForCount(2);
    await ada.client.delete(`/api/members/me/identities/${body.items[0].id}`, undefined, ada.accessToken).expect(204);
    const [, ...mails] = await mailbox.to(ada.email).waitForCount(3);
    expect(mails.map(({ subject }) => subject)).toEqual([
      expect.stringContaining('A login with Google was added'),
      expect.stringContaining('The login with Google was removed'),
    ]);
    for (const { text } of mails) expect(text).toMatch(/\/pages\/not-me#token=/);
    expect(mails[0]!.text).not.toContain(`${ada.subject}@gmail.com`);
  });

  it('SO-13 mails nothing where linking is refused', async () => {
    const [ada, eve] = [await linkedMember(), await given.member(app)];
    expect(refused(await link(eve, 'google', ada.subject))).toEqual([409, 'identity_taken']);
    await mailbox.expectNone(eve.email, app, 1);
  });

  it('linking and unlinking need a recent login', async () => {
    const ada = await linkedMember();
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '6 minutes' WHERE member_id = $1`, [
      ada.id,
    ]);
    expect(refused(await link(ada, 'kakao', unique.loginId()))).toEqual([403, 'reauth_required']);
    const { body } = await ada.client.get('/api/members/me/identities', ada.accessToken).expect(200);
    const answer = await ada.client.delete(
      `/api/members/me/identities/${body.items[0].id}`,
      undefined,
      ada.accessToken,
    );
    expect(refused(answer)).toEqual([403, 'reauth_required']);
  });

  it('SO-11 a provider that is down stops only the logins there', async () => {
    const answer = await app.post('/api/auth/social/gone/start', {});
    expect(refused(answer)).toEqual([503, 'provider_unavailable']);
    expect((await logIn('google', (await linkedMember()).subject)).status).toBe(200);
  });

  it('SO-12 an account that was linked before “it wasn’t me” logs in no longer', async () => {
    const ada = await linkedMember();
    // The mails of her sign-up and of the link.
    const [, before] = await mailbox.to(ada.email).waitForCount(2);
    const intruder = app.client({ ip: '203.0.113.9', headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' } });
    expect((await logIn('google', ada.subject, intruder)).status).toBe(200);
    const { text } = await mailbox.to(ada.email).next({ after: before });
    const token = /\/pages\/not-me#token=([\w.-]+)/.exec(text)![1];
    await app.post('/api/auth/not-me', { token }).expect(204);
    const mails = await mailbox.to(ada.email).waitForCount(5);
    expect(mails.map(({ subject }) => subject)).toContainEqual(expect.stringContaining('Google was removed'));
    expect((await logIn('google', ada.subject)).body.status).toBe('sign_up_required');
  });

  /** Adds a second factor to a member whose social account was linked long ago, and reports the factor. */
  async function disputedFactor<T extends GivenMember>(add: (member: GivenMember) => Promise<T>) {
    const linked = await linkedMember();
    await app.sql.query(`UPDATE identities SET created_at = now() - interval '30 days' WHERE member_id = $1`, [
      linked.id,
    ]);
    await mailbox.to(linked.email).waitForCount(2);
    const member = { ...linked, ...(await add(linked)) };
    const { text } = (await mailbox.to(member.email).waitForCount(3)).at(-1)!;
    await app.post('/api/auth/not-me', { token: /\/pages\/not-me#token=([\w.-]+)/.exec(text)![1] }).expect(204);
    return member;
  }

  /** The login of an intruder who has the account at the provider, up to the second factor. */
  async function loginOfIntruder(subject: string) {
    const client = app.client();
    const { body } = await logIn('google', subject, client);
    expect(body.status).toBe('mfa_required');
    return { client, mfaToken: body.mfaToken as string };
  }

  const disputes = async ({ id }: GivenMember): Promise<number> =>
    (await app.sql.query('SELECT FROM factor_disputes WHERE member_id = $1', [id])).rowCount!;

  async function setPassword(member: GivenMember): Promise<string> {
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, await resetTokenFor(app, member)).expect(204);
    return newPassword;
  }

  it('SO-12 OC-09 does not keep a disputed second factor: only a password and the factor together do', async () => {
    const ada = await disputedFactor(enrol);
    const { client, mfaToken } = await loginOfIntruder(ada.subject);
    // Each use of the app needs a later time step than the one before.
    const anyStep = () => app.sql.query('UPDATE totp_secrets SET last_step = 0 WHERE member_id = $1', [ada.id]);
    await anyStep();
    const { body } = await client.post('/api/auth/login/mfa', { mfaToken, code: codeAt(ada.secret) }).expect(200);
    expect(await disputes(ada)).toBe(1);
    // The factor in a later request does not keep it either: the login at the provider never counts as a password.
    await anyStep();
    const change = { code: codeAt(ada.secret) };
    await client.post('/api/members/me/recovery-codes', change, body.accessToken).expect(200);
    expect(await disputes(ada)).toBe(1);
    const { body: renewed } = await client.post('/api/auth/refresh', undefined, body.refreshToken).expect(200);
    expect(decodeToken(renewed.accessToken).claims.amr).toEqual(['fed', 'otp', 'mfa']);

    const owner = { ...ada, password: await setPassword(ada) };
    await anyStep();
    const second = { mfaToken: await passwordStep(owner), code: codeAt(ada.secret) };
    await owner.client.post('/api/auth/login/mfa', second).expect(200);
    expect(await disputes(ada)).toBe(0);
  });

  it('SO-12 OC-09 lifts no restriction of a disputed passkey: only a password and the passkey together do', async () => {
    const ada = await disputedFactor(addPasskey);
    const { client, mfaToken } = await loginOfIntruder(ada.subject);
    expect((await passkeyStep({ ...ada, client }, mfaToken, ada.authenticator)).status).toBe(200);
    expect(await disputes(ada)).toBe(1);
    expect(refused(await passkeyLogin(app.client(), ada.authenticator))).toEqual([400, 'passkey_invalid']);

    const owner = { ...ada, password: await setPassword(ada) };
    expect((await passkeyStep(owner, await passwordStep(owner), ada.authenticator)).status).toBe(200);
    expect(await disputes(ada)).toBe(0);
    expect((await passkeyLogin(app.client(), ada.authenticator)).status).toBe(200);
  });

  it('SO-12 AD-02 a reset of a compromised account unlinks recently linked accounts: they lead to no new password', async () => {
    const [ada, admin] = [await linkedMember(), await givenAdmin(app)];
    const demand = (reason: string) =>
      admin.client.post(`/api/admin/members/${ada.id}/password-reset`, { reason }, admin.accessToken).expect(202);
    await demand('precaution');
    expect((await logIn('google', ada.subject)).body.status).toBe('password_change_required');
    await app.sql.query(`UPDATE identities SET created_at = now() - interval '30 days' WHERE member_id = $1`, [ada.id]);
    await demand('compromised');
    expect((await logIn('google', ada.subject)).body.status).toBe('password_change_required');
    await app.sql.query(`UPDATE identities SET created_at = now() WHERE member_id = $1`, [ada.id]);
    await demand('compromised');
    expect((await logIn('google', ada.subject)).body.status).toBe('sign_up_required');
    const mails = await mailbox.to(ada.email).waitForCount(6);
    const [notice] = mails.filter(({ subject }) => subject.includes('An administrator changed your account'));
    expect(notice!.text).toContain('has unlinked the accounts at other services');
    expect(notice!.text).not.toMatch(/pages\/not-me|Network/); // the administrator's place is in the audit log alone
  });

  it('SO-07 takes the ID token of an app once, and only from providers with configured apps', async () => {
    const ada = await linkedMember();
    const nonce = `${unique.loginId()}-of-the-app`;
    const idToken = await google.nativeIdToken(REDIRECT_URI, ada.subject, nonce);
    const send = (name: string, body: object) => app.post(`/api/auth/social/${name}/native`, body);
    expect(refused(await send('google', { idToken, nonce: 'x'.repeat(20) }))).toEqual(REFUSED);
    const both = await Promise.all([send('google', { idToken, nonce }), send('google', { idToken, nonce })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(refused(await send('kakao', { idToken, nonce }))).toEqual([404, 'not_found']);
  });

  it('answers not_found for a provider that is not configured', async () => {
    await app.post('/api/auth/social/apple/start', {}).expect(404);
  });
});

describe('social login refuses an attacker who', () => {
  it('SO-01 mixes up two providers: an answer that names another issuer is refused', async () => {
    const ada = await linkedMember();
    const client = app.client();
    const answer = await journey(client, 'google', ada.subject);
    expect(refused(await complete(client, 'google', { ...answer, iss: kakao.issuer }))).toEqual(REFUSED);
    const other = await journey(client, 'google', ada.subject);
    expect(refused(await complete(client, 'kakao', other))).toEqual(REFUSED);
    const { iss: _, ...silent } = await journey(client, 'google', ada.subject);
    expect(refused(await complete(client, 'google', silent))).toEqual(REFUSED);
  });

  it('SO-02 injects a stolen code into a journey of their own', async () => {
    const ada = await linkedMember();
    const stolen = await journey(app.client(), 'google', ada.subject);
    const eve = app.client();
    const own = await journey(eve, 'google', unique.loginId());
    expect(refused(await complete(eve, 'google', { ...own, code: stolen.code }))).toEqual(REFUSED);
  });

  it.each(['google', 'naver'] as const)(
    'SO-03 makes a victim complete the journey of the attacker at %s',
    async (name) => {
      const eve = await journey(app.client(), name, unique.loginId());
      const victim = app.client();
      const { requestId } = await begin(victim, name);
      expect(refused(await complete(victim, name, { ...eve, requestId }))).toEqual(REFUSED);
    },
  );

  it('SO-04 has a stolen requestId and not the answer of the provider', async () => {
    const ada = await linkedMember();
    const client = app.client();
    const answer = await journey(client, 'google', ada.subject);
    const guess = { ...answer, state: 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE' };
    expect(refused(await complete(app.client(), 'google', guess))).toEqual(REFUSED);
    expect((await complete(client, 'google', answer)).status).toBe(200);
  });

  it('SO-07 replays an answer, or sends it twice at once', async () => {
    const ada = await linkedMember();
    const client = app.client();
    const answer = await journey(client, 'google', ada.subject);
    const both = await Promise.all([complete(client, 'google', answer), complete(client, 'google', answer)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(refused(await complete(client, 'google', answer))).toEqual(REFUSED);
  });

  it('SO-07 comes with an answer after its time', async () => {
    const ada = await linkedMember();
    const client = app.client();
    const answer = await journey(client, 'google', ada.subject);
    await app.sql.query(`UPDATE social_requests SET expires_at = now() - interval '1 second'`);
    expect(refused(await complete(client, 'google', answer))).toEqual(REFUSED);
  });

  it.each([
    'https://app.example.test/social/',
    'https://app.example.test/social?next=x',
    'https://app.example.test/social#x',
    'https://app.example.test/social/../evil',
    'https://app.example.test/Social',
    'https://app.example.test/soci%61l',
    'https://app.example.test//social',
    'https://app.example.test:443/social',
    'https://app.example.test./social',
    'https://app.example.test@evil.test/social',
    'https://evil.test\\@app.example.test/social',
    'https://evil.test/https://app.example.test/social',
    'https://app.example.test.evil.test/social',
    'https://аpp.example.test/social',
    'http://app.example.test/social',
    '//app.example.test/social',
    'https:app.example.test/social',
    'javascript:alert(1)//https://app.example.test/social',
    'com.example.app://social',
    'com.example.app.evil:/social',
  ])('SO-08 sends the answer elsewhere: %s', async (redirectUri) => {
    const answer = await app.post('/api/auth/social/google/start', { redirectUri });
    expect(refused(answer)).toEqual([422, 'validation_failed']);
  });
});

describe('social login with the client library', () => {
  const open = (options: Partial<MunjigiOptions> = {}) =>
    new MunjigiClient({ baseUrl: app.origin, storage: memoryStorage(), signer: newSigner(), ...options });
  const arrive = async (social: MunjigiClient['social'], name: PartnerName, subject: string): Promise<string> => {
    const { authorizationUrl } = await social.start(name);
    return `${REDIRECT_URI}?${(await partner(name).logIn(authorizationUrl, subject)).toString()}`;
  };

  it('links an account and logs in with it, by a session that is bound as the app wants', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    const first = open();
    await first.logIn({ identifier: ada.loginId, password: ada.password });
    expect((await first.social.providers())[0]).toEqual({ id: 'google', name: 'Google' });
    const { id, provider } = await first.social.link(await arrive(first.social, 'google', subject));
    expect([id, provider]).toEqual([(await first.social.list())[0]!.id, 'google']);

    const { social, me } = open({ binding: 'full' });
    const outcome = await social.complete(await arrive(social, 'google', subject));
    expect(outcome).toMatchObject({ status: 'authenticated', tokenType: 'DPoP' });
    expect((await me.get()).loginId).toBe(ada.loginId);

    await first.social.unlink(id);
    expect(await social.complete(await arrive(social, 'google', subject))).toMatchObject({
      status: 'sign_up_required',
    });
  });
});
