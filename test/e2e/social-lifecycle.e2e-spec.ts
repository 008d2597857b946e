import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { Database } from '../../src/platform/database/database.js';
import { givenApiKey } from '../support/api-keys.js';
import { munjigi } from '../support/command-line.js';
import { makeErasure } from '../support/erasure.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { serverEnvironment, TEST_PUBLIC_URL } from '../support/server-environment.js';
import { KAKAO_ADMIN_KEY, KakaoApi } from '../support/social/kakao-api.js';
import { NaverPartner } from '../support/social/naver-partner.js';
import { type AppleSettings, writeAppleSettings } from '../support/social/apple-settings.js';
import { CLIENT, OpenIdPartner, PECULIARITIES } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';

const REDIRECT_URI = 'https://app.example.test/social';
const APP_URI = 'com.example.app:/social';
const CALLBACK = '/api/auth/social/apple/callback';

let app: TestApp;
let apple: OpenIdPartner;
let google: OpenIdPartner;
let kakao: OpenIdPartner;
let kakaoApi: KakaoApi;
let naver: NaverPartner;
let appleSettings: AppleSettings;
let settings: Record<string, string>;

const NAMES = ['apple', 'google', 'kakao', 'naver'] as const;
type PartnerName = (typeof NAMES)[number];

beforeAll(async () => {
  google = await OpenIdPartner.start(REDIRECT_URI, PECULIARITIES.google);
  kakao = await OpenIdPartner.start(REDIRECT_URI, PECULIARITIES.kakao);
  kakaoApi = await new KakaoApi().start();
  naver = await new NaverPartner().start();
  apple = await OpenIdPartner.start(`${TEST_PUBLIC_URL}${CALLBACK}`, PECULIARITIES.apple);
  appleSettings = await writeAppleSettings(apple);
  settings = {
    SOCIAL_REDIRECT_URIS: `${REDIRECT_URI},${APP_URI}`,
    ...appleSettings.variables,
    ...providerEnv('GOOGLE', google.issuer),
    ...providerEnv('KAKAO', kakao.issuer),
    SOCIAL_KAKAO_ADMIN_KEY: KAKAO_ADMIN_KEY,
    SOCIAL_KAKAO_API_URL: kakaoApi.url,
    ...providerEnv('NAVER', naver.issuer),
    SOCIAL_NAVER_PROFILE_URL: `${naver.issuer}/v1/nid/me`,
    SOCIAL_APPLE_NATIVE_AUDIENCES: `com.example.other,${CLIENT.id}`,
  };
  app = await TestApp.start({ env: settings });
});
afterAll(async () => {
  await app?.stop();
  await Promise.all([apple, google, kakao, kakaoApi, naver].map((partner) => partner?.stop()));
  await appleSettings?.remove();
});

function providerEnv(name: string, issuer: string): Record<string, string> {
  return {
    [`SOCIAL_${name}_CLIENT_ID`]: CLIENT.id,
    [`SOCIAL_${name}_CLIENT_SECRET`]: CLIENT.secret,
    [`SOCIAL_${name}_ISSUER`]: issuer,
  };
}

/** Starts a login at Apple and returns the form that Apple's page then posts. */
async function atApple(client: HttpClient, subject: string, body: object = {}) {
  const { body: started } = await client.post('/api/auth/social/apple/start', body).expect(200);
  return { requestId: started.requestId, form: await apple.logIn(started.authorizationUrl, subject) };
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (form: URLSearchParams, path = CALLBACK) =>
  app.client().request('POST', path, { raw: form.toString(), headers: FORM });

/** What the client reads from its redirect URI. */
async function relayed(form: URLSearchParams): Promise<URLSearchParams> {
  const { headers } = await post(form).expect(303);
  return new URL(headers.location as string).searchParams;
}

async function link({ client, accessToken }: GivenMember, subject: string) {
  const { requestId, form } = await atApple(client, subject);
  const answer = { requestId, ...Object.fromEntries(await relayed(form)) };
  return client.post('/api/members/me/identities', { provider: 'apple', ...answer }, accessToken);
}

const refused = ({ status, body }: HttpAnswer): [number, string] => [status, body?.code];
const REFUSED = [400, 'social_login_failed'];

describe('Apple', () => {
  it('SO-51 logs in with an answer that Apple posts, at pages and in apps', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    expect((await link(ada, subject)).body.email).toBe(`${subject}@privaterelay.appleid.com`);
    for (const redirectUri of [REDIRECT_URI, APP_URI]) {
      const client = app.client();
      const { requestId, form } = await atApple(client, subject, { redirectUri });
      const { headers } = await post(form).expect(303);
      const location = headers.location as string;
      expect(location.startsWith(`${redirectUri}?`)).toBe(true);
      const answer = Object.fromEntries(new URL(location).searchParams);
      const { body } = await client.post('/api/auth/social/apple/complete', { requestId, ...answer }).expect(200);
      expect(body.status).toBe('authenticated');
    }
  });

  it('SO-51 keeps the name that Apple posts once, and puts it into no URL', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    const { requestId, form } = await atApple(ada.client, subject);
    form.set('user', JSON.stringify({ name: { firstName: '에이다', lastName: '김' }, email: 'x@example.com' }));
    const answer = await relayed(form);
    expect([...answer.keys()].sort()).toEqual(['code', 'iss', 'state']);
    await ada.client.post('/api/auth/social/apple/complete', { requestId, ...Object.fromEntries(answer) });
    expect((await link(ada, subject)).status).toBe(201);
    const { rows } = await app.sql.query('SELECT name FROM provider_grants WHERE subject = $1', [subject]);
    expect(rows).toEqual([{ name: '김에이다' }]);
  });

  it('gives the name and the relay address of Apple to the member who signs up, at the second try too', async () => {
    const subject = unique.loginId();
    const complete = async (client: HttpClient, requestId: string, posted: URLSearchParams) => {
      const answer = { requestId, ...Object.fromEntries(await relayed(posted)) };
      return (await client.post('/api/auth/social/apple/complete', answer).expect(200)).body;
    };
    const client = app.client();
    const { requestId, form } = await atApple(client, subject);
    form.set('user', JSON.stringify({ name: { firstName: 'Ada', lastName: 'Lovelace' } }));
    expect((await complete(client, requestId, form)).status).toBe('sign_up_required');
    const again = app.client();
    const second = await atApple(again, subject);
    const { status, signUpId } = await complete(again, second.requestId, second.form);
    expect(status).toBe('sign_up_required');
    const { body } = await again.post('/api/auth/social/sign-up', { signUpId, loginId: unique.loginId() });
    expect(body.status).toBe('authenticated');
    const { body: profile } = await again.get('/api/members/me', body.accessToken).expect(200);
    expect([profile.name, profile.email]).toEqual(['Ada Lovelace', `${subject}@privaterelay.appleid.com`]);
  });

  it('SO-52 encrypts the refresh token of Apple', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    await link(ada, subject);
    const { rows } = await app.sql.query('SELECT sealed FROM provider_grants WHERE subject = $1', [subject]);
    expect(rows[0].sealed.length).toBeGreaterThan(40);
    expect(rows[0].sealed.toString('latin1')).not.toMatch(/refreshToken|munjigi/);
  });

  it('SO-51 relays that the person cancelled at Apple', async () => {
    const { body: started } = await app.post('/api/auth/social/apple/start', {}).expect(200);
    const state = new URL(started.authorizationUrl).searchParams.get('state')!;
    const answer = await relayed(new URLSearchParams({ error: 'user_cancelled_authorize', state }));
    expect(Object.fromEntries(answer)).toEqual({ error: 'user_cancelled_authorize', state });
  });

  it('SO-51 relays no answer without a started login, for another provider or with a field twice', async () => {
    const state = 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE';
    expect(refused(await post(new URLSearchParams({ code: 'x', state })))).toEqual(REFUSED);
    const { form } = await atApple(app.client(), unique.loginId());
    const elsewhere = await post(form, '/api/auth/social/google/callback');
    expect(refused(elsewhere)).toEqual([404, 'not_found']);
    form.append('state', state);
    expect(refused(await post(form))).toEqual([400, 'bad_request']);
  });

  it('SO-51 an answer that an attacker posts into the browser of a victim opens nothing', async () => {
    const eve = app.client();
    const { form } = await atApple(eve, unique.loginId());
    const answer = Object.fromEntries(await relayed(form));
    const victim = app.client();
    const { requestId } = (await atApple(victim, unique.loginId())) as { requestId: string };
    const { status, body } = await victim.post('/api/auth/social/apple/complete', { requestId, ...answer });
    expect([status, body.code]).toEqual(REFUSED);
  });

  it('takes an ID token for any of several apps', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    await link(ada, subject);
    const nonce = `${unique.loginId()}-of-the-app`;
    const idToken = await apple.nativeIdToken(`${TEST_PUBLIC_URL}${CALLBACK}`, subject, nonce);
    const { body } = await app.post('/api/auth/social/apple/native', { idToken, nonce }).expect(200);
    expect(body.status).toBe('authenticated');
  });

  it('SO-53 keeps the token of an app for its revocation, and takes no code of another person', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    const { body: identity } = await link(ada, subject);
    const uri = `${TEST_PUBLIC_URL}${CALLBACK}`;
    const send = async (codeOf: string) => {
      const nonce = `${unique.loginId()}-of-the-app`;
      const idToken = await apple.nativeIdToken(uri, subject, nonce);
      const authorizationCode = await apple.nativeCode(uri, codeOf);
      return app.post('/api/auth/social/apple/native', { idToken, nonce, authorizationCode });
    };
    await app.sql.query('UPDATE provider_grants SET sealed = NULL, sealed_by = NULL WHERE subject = $1', [subject]);
    expect(refused(await send(unique.loginId()))).toEqual(REFUSED);
    expect((await send(subject)).status).toBe(200);
    await unlink({ ...ada, identityId: identity.id });
    await revocationAt('apple', subject);
  });
});

/** Links an account that has just logged in at the provider. */
async function linkAt(name: PartnerName, { client, accessToken, ...member }: GivenMember, subject: string) {
  if (name === 'apple') return link({ client, accessToken, ...member }, subject);
  const { body: started } = await client.post(`/api/auth/social/${name}/start`, {}).expect(200);
  const answer = await { google, kakao, naver }[name].logIn(started.authorizationUrl, subject);
  const body = { provider: name, requestId: started.requestId, ...Object.fromEntries(answer) };
  return client.post('/api/members/me/identities', body, accessToken);
}

async function linkedMember(name: PartnerName): Promise<GivenMember & { subject: string; identityId: string }> {
  const member = await given.member(app);
  const subject = unique.loginId();
  const { status, body } = await linkAt(name, member, subject);
  expect(status).toBe(201);
  return { ...member, subject, identityId: body.id };
}

const unlink = ({ client, accessToken, identityId }: GivenMember & { identityId: string }) =>
  client.delete(`/api/members/me/identities/${identityId}`, undefined, accessToken).expect(204);

const revokedAt = (name: PartnerName) => ({ apple, google, kakao: kakaoApi, naver })[name].revoked;

const revocationAt = (name: PartnerName, subject: string): Promise<true> =>
  eventually(`revocation at ${name}`, async () => (revokedAt(name).includes(subject) ? true : undefined));

const grantsOf = async (subject: string): Promise<unknown[]> =>
  (await app.sql.query('SELECT provider FROM provider_grants WHERE subject = $1', [subject])).rows;

const stateOf = async (subject: string) => {
  const { rows } = await app.sql.query(
    `SELECT status, attempts, last_error AS error FROM provider_revocations WHERE subject = $1`,
    [subject],
  );
  return rows[0] as { status: string; attempts: number; error: string } | undefined;
};
const failed = (subject: string, status: string) =>
  eventually(`${status} after a failure`, async () => {
    const state = await stateOf(subject);
    return state?.status === status && state.error !== null ? state : undefined;
  });

describe('the permission at a provider', () => {
  it.each(NAMES)('SO-53 is taken back at %s when the member unlinks the account', async (name) => {
    const ada = await linkedMember(name);
    await unlink(ada);
    await revocationAt(name, ada.subject);
    expect(await grantsOf(ada.subject)).toEqual([]);
  });

  it('SO-52 needs no refresh token at Kakao, so none is kept', async () => {
    expect(await grantsOf((await linkedMember('google')).subject)).toHaveLength(1);
    expect(await grantsOf((await linkedMember('kakao')).subject)).toEqual([]);
  });

  it('SO-53 is taken back when the member is erased', async () => {
    const [ada, eve] = [await linkedMember('apple'), await linkedMember('apple')];
    await app.sql.query(`UPDATE members SET status = 'closed', closed_at = now() - interval '400 days' WHERE id = $1`, [
      ada.id,
    ]);
    const { url } = app.database;
    const dataSource = await new DataSource(dataSourceOptions({ url, poolSize: 2, timeoutSeconds: 30 })).initialize();
    const config = AppConfig.load(serverEnvironment({ ...settings, DATABASE_URL: url }));
    await makeErasure(config, new Database(dataSource)).eraseDue();
    await dataSource.destroy();
    await revocationAt('apple', ada.subject);
    expect(revokedAt('apple')).not.toContain(eve.subject);
  });

  it('SO-53 is taken back after an outage, and after days only if an operator asks for it', async () => {
    const [ada, eve] = [await linkedMember('google'), await linkedMember('google')];
    google.isDown = true;
    try {
      await unlink(ada);
      await unlink(eve);
      expect((await failed(ada.subject, 'pending')).error).toBe('answered 503');
      await failed(eve.subject, 'pending');
      await app.sql.query(
        `UPDATE provider_revocations SET available_at = now(), created_at = now() - interval '4 days' WHERE subject = $1`,
        [eve.subject],
      );
      await failed(eve.subject, 'dead');
      await eventually('a metric of what was given up', async () =>
        (await app.get('/metrics')).text.includes('munjigi_provider_revocations{state="dead"} 1') ? true : undefined,
      );
    } finally {
      google.isDown = false;
    }
    await app.sql.query(`UPDATE provider_revocations SET available_at = now() WHERE subject = $1`, [ada.subject]);
    await revocationAt('google', ada.subject);
    await eventually('nothing left that names the account', async () =>
      (await stateOf(ada.subject)) === undefined ? true : undefined,
    );
    expect(revokedAt('google')).not.toContain(eve.subject);
    const { stdout } = await munjigi(['social', 'retry'], { ...settings, DATABASE_URL: app.database.url });
    expect(stdout).toContain('Will be tried again: 1.');
    await revocationAt('google', eve.subject);
  });

  it('SO-57 stays where the account is linked again before it was taken back', async () => {
    const ada = await linkedMember('google');
    const { subject } = ada;
    const unlinkInVain = async (identityId: string) => {
      google.isDown = true;
      try {
        await unlink({ ...ada, identityId });
        await failed(subject, 'pending');
      } finally {
        google.isDown = false;
      }
    };
    await unlinkInVain(ada.identityId);
    const { body: identity } = await linkAt('google', ada, subject);
    expect(await stateOf(subject)).toBeUndefined();

    await unlinkInVain(identity.id);
    const client = app.client();
    const { body: started } = await client.post('/api/auth/social/google/start', {}).expect(200);
    const answer = Object.fromEntries(await google.logIn(started.authorizationUrl, subject));
    const proof = { requestId: started.requestId, ...answer };
    const { body: outcome } = await client.post('/api/auth/social/google/complete', proof).expect(200);
    // Google hands out a refresh token only once.
    await app.sql.query('UPDATE provider_grants SET sealed = NULL WHERE subject = $1', [subject]);
    const { signUpId } = outcome;
    await client.post('/api/auth/social/sign-up', { signUpId, loginId: subject }).expect(200);
    expect(await stateOf(subject)).toBeUndefined();
    const { rows } = await app.sql.query('SELECT sealed FROM provider_grants WHERE subject = $1', [subject]);
    expect(rows[0].sealed).not.toBeNull();
    expect(revokedAt('google')).not.toContain(subject);
  });
});

const notify = (name: string, raw: string, headers: Record<string, string>) =>
  app.client().request('POST', `/api/integrations/social/${name}/notifications`, { raw, headers });
const JSON_TYPE = { 'content-type': 'application/json' };
const TOKEN_TYPE = { 'content-type': 'application/secevent+jwt' };
const fromApple = (payload: string) => notify('apple', JSON.stringify({ payload }), JSON_TYPE);
const fromGoogle = (token: string) => notify('google', token, TOKEN_TYPE);
const fromKakao = (subject: string, key = KAKAO_ADMIN_KEY) => {
  const form = new URLSearchParams({ app_id: '1', user_id: subject, referrer_type: 'UNLINK_FROM_APPS' });
  return notify('kakao', form.toString(), { ...FORM, authorization: `KakaoAK ${key}` });
};
const appleEvent = (type: string, sub: string) => JSON.stringify({ type, sub, event_time: Date.now() });
const riscEvent = (name: string, sub: string) => ({
  [`https://schemas.openid.net/secevent/risc/event-type/${name}`]: {
    subject: { subject_type: 'iss-sub', iss: google.issuer, sub },
  },
});

async function logInAt(name: PartnerName, subject: string): Promise<{ token: string | undefined }> {
  const client = app.client();
  let answer: Record<string, string>;
  if (name === 'apple') {
    const { requestId, form } = await atApple(client, subject);
    answer = { requestId, ...Object.fromEntries(await relayed(form)) };
  } else {
    const { body: started } = await client.post(`/api/auth/social/${name}/start`, {}).expect(200);
    const sent = await { google, kakao, naver }[name].logIn(started.authorizationUrl, subject);
    answer = { requestId: started.requestId, ...Object.fromEntries(sent) };
  }
  const { body } = await client.post(`/api/auth/social/${name}/complete`, answer).expect(200);
  return { token: body.accessToken };
}

const isOpen = async (token: string | undefined): Promise<boolean> =>
  (await app.client().get('/api/members/me', token)).status === 200;
const identities = async ({ client, accessToken }: GivenMember): Promise<unknown[]> =>
  (await client.get('/api/members/me/identities', accessToken).expect(200)).body.items;
const noticesIn = async ({ id }: GivenMember): Promise<unknown[]> => {
  const { rows } = await app.sql.query(
    `SELECT details->>'notice' AS notice FROM security_events WHERE member_id = $1 AND type = 'identity.notice_received'`,
    [id],
  );
  return rows.map(({ notice }) => notice);
};

describe('a notice of a provider', () => {
  it.each([
    ['apple', 'permission-revoked', (sub: string) => apple.notice(appleEvent('consent-revoked', sub)).then(fromApple)],
    ['apple', 'account-deleted', (sub: string) => apple.notice(appleEvent('account-deleted', sub)).then(fromApple)],
    ['google', 'account-deleted', (sub: string) => google.notice(riscEvent('account-purged', sub)).then(fromGoogle)],
    ['kakao', 'permission-revoked', (sub: string) => fromKakao(sub)],
  ] as const)('SO-56 of %s unlinks the account and ends the sessions of it: %s', async (name, kind, send) => {
    const ada = await linkedMember(name);
    const { token } = await logInAt(name, ada.subject);
    expect((await send(ada.subject)).status).toBe(name === 'google' ? 202 : 200);
    expect([await isOpen(token), await isOpen(ada.accessToken), await identities(ada)]).toEqual([false, true, []]);
    expect((await logInAt(name, ada.subject)).token).toBeUndefined();
    expect(await noticesIn(ada)).toEqual([kind]);
    const mail = await eventually('a mail', async () =>
      (await mailbox.to(ada.email).all()).find(({ text }) => text.includes('unlinked it from')),
    );
    expect(mail.text).toContain('choose “Forgot password”');
  });

  it('is an event for the product, as linking is', async () => {
    const { key, id } = await givenApiKey(app, ['events:read']);
    await app.sql.query(`INSERT INTO event_consumers (kind, id) VALUES ('api-key', $1)`, [id]);
    const ada = await linkedMember('kakao');
    await fromKakao(ada.subject).expect(200);
    const { body } = await app.get('/api/integrations/events?types=member.updated', key).expect(200);
    const changes = body.items.filter(({ memberId }: { memberId: string }) => memberId === ada.id);
    expect(changes.map(({ data }: { data: object }) => data)).toMatchObject(
      ['linked', 'unlinked'].map((change) => ({ fields: ['identities'], identity: { provider: 'kakao', change } })),
    );
    expect(JSON.stringify(changes)).not.toContain(ada.subject);
  });

  it('SO-52 that unlinks the account deletes the refresh token and the name, also if the purge skips them', async () => {
    const ada = await linkedMember('apple');
    await app.sql.query(`UPDATE provider_grants SET name = 'Ada', obtained_at = 'infinity' WHERE subject = $1`, [
      ada.subject,
    ]);
    await fromApple(await apple.notice(appleEvent('consent-revoked', ada.subject))).expect(200);
    expect(await grantsOf(ada.subject)).toEqual([]);
  });

  it('SO-56 about a hijacked account ends the sessions of it, and the account stays linked', async () => {
    const ada = await linkedMember('google');
    const { token } = await logInAt('google', ada.subject);
    // A later reauthentication, which an intruder could do too, does not keep the session.
    await app.client().post('/api/auth/reauthenticate', { password: ada.password }, token).expect(204);
    const event = riscEvent('sessions-revoked', ada.subject);
    expect((await fromGoogle(await google.notice(event))).status).toBe(202);
    expect([await isOpen(token), await isOpen(ada.accessToken)]).toEqual([false, true]);
    expect(await identities(ada)).toHaveLength(1);
    await eventually('a mail', async () =>
      (await mailbox.to(ada.email).all()).find(({ subject }) => subject.includes('after a report by Google')),
    );
    // The member sees neither address nor device of the provider's server.
    const { body: activity } = await ada.client.get('/api/members/me/security-events', ada.accessToken).expect(200);
    const { body: exported } = await ada.client.get('/api/members/me/export', ada.accessToken).expect(200);
    for (const shown of [activity.items, exported.securityEvents])
      expect(shown).toContainEqual(
        expect.objectContaining({ type: 'session.ended', byAdmin: false, ip: '', userAgent: '' }),
      );
  });

  it('SO-56 about the relay address is recorded and ends nothing', async () => {
    const ada = await linkedMember('apple');
    const { token } = await logInAt('apple', ada.subject);
    await fromApple(await apple.notice(appleEvent('email-disabled', ada.subject))).expect(200);
    expect([await isOpen(token), await noticesIn(ada)]).toEqual([true, ['mail-stopped']]);
  });

  it('SO-54 changes nothing where it is forged, old, for another client or of another provider', async () => {
    const ada = await linkedMember('apple');
    const event = appleEvent('account-deleted', ada.subject);
    const good = await apple.notice(event);
    const forged = [
      `${good.slice(0, -8)}AAAAAAAA`,
      await apple.notice(event, { aud: 'another-client' }),
      await apple.notice(event, { iat: 1_700_000_000 }),
      await apple.notice(event, { exp: 1 }),
      await google.notice(event),
      'x.y.z',
    ];
    for (const token of forged) expect((await fromApple(token)).status).toBe(400);
    expect((await fromGoogle(good)).status).toBe(400);
    expect((await notify('naver', JSON.stringify({ payload: good }), JSON_TYPE)).status).toBe(404);
    expect((await notify('apple', '{}', JSON_TYPE)).status).toBe(400);
    expect([(await identities(ada)).length, await noticesIn(ada)]).toEqual([1, []]);
  });

  it('SO-54 of Kakao changes nothing without the admin key', async () => {
    const ada = await linkedMember('kakao');
    expect((await fromKakao(ada.subject, 'another key')).status).toBe(400);
    expect(await identities(ada)).toHaveLength(1);
    await fromKakao(unique.loginId()).expect(200);
  });

  it('SO-55 counts once, also when it is replayed or arrives twice at once', async () => {
    const ada = await linkedMember('google');
    const token = await google.notice(riscEvent('sessions-revoked', ada.subject));
    const answers = await Promise.all([fromGoogle(token), fromGoogle(token)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const session = await logInAt('google', ada.subject);
    await fromGoogle(token).expect(202);
    expect([await isOpen(session.token), await noticesIn(ada)]).toEqual([true, ['account-compromised']]);
  });

  it('SO-55 that comes late does not concern an account that was linked afterwards', async () => {
    const ada = await linkedMember('google');
    const toe = Math.floor(Date.now() / 1000) - 60;
    await fromGoogle(await google.notice(riscEvent('account-purged', ada.subject), { toe })).expect(202);
    expect([(await identities(ada)).length, await noticesIn(ada)]).toEqual([1, []]);
  });
});
