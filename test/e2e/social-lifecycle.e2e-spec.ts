import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import { APPLE_KEY, CLIENT, OpenIdPartner, PECULIARITIES } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';

const REDIRECT_URI = 'https://app.example.test/social';
const APP_URI = 'com.example.app:/social';
const CALLBACK = '/api/auth/social/apple/callback';

let app: TestApp;
let apple: OpenIdPartner;
let directory: string;

beforeAll(async () => {
  apple = await OpenIdPartner.start(`${TEST_PUBLIC_URL}${CALLBACK}`, PECULIARITIES.apple);
  directory = await mkdtemp(join(tmpdir(), 'munjigi-apple-'));
  const keyFile = join(directory, 'key.p8');
  await writeFile(keyFile, APPLE_KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  app = await TestApp.start({
    env: {
      SOCIAL_REDIRECT_URIS: `${REDIRECT_URI},${APP_URI}`,
      SOCIAL_APPLE_CLIENT_ID: CLIENT.id,
      SOCIAL_APPLE_TEAM_ID: APPLE_KEY.teamId,
      SOCIAL_APPLE_KEY_ID: APPLE_KEY.keyId,
      SOCIAL_APPLE_KEY_FILE: keyFile,
      SOCIAL_APPLE_ISSUER: apple.issuer,
      SOCIAL_APPLE_NATIVE_AUDIENCES: `com.example.other,${CLIENT.id}`,
    },
  });
});
afterAll(async () => {
  await app?.stop();
  await apple?.stop();
  await rm(directory, { recursive: true });
});

/** The journey to Apple up to what its page posts. */
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

async function link({ client, accessToken }: GivenMember, subject: string, user?: object) {
  const { requestId, form } = await atApple(client, subject);
  if (user) form.set('user', JSON.stringify(user));
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

  it('SO-52 encrypts the refresh token of Apple', async () => {
    const ada = await given.member(app);
    const subject = unique.loginId();
    await link(ada, subject);
    const { rows } = await app.sql.query('SELECT sealed FROM provider_grants WHERE subject = $1', [subject]);
    expect(rows[0].sealed.length).toBeGreaterThan(40);
    expect(rows[0].sealed.toString('latin1')).not.toMatch(/refreshToken|munjigi/);
  });

  it('SO-51 relays a refusal of the person', async () => {
    const { body: started } = await app.post('/api/auth/social/apple/start', {}).expect(200);
    const state = new URL(started.authorizationUrl).searchParams.get('state')!;
    const answer = await relayed(new URLSearchParams({ error: 'user_cancelled_authorize', state }));
    expect(Object.fromEntries(answer)).toEqual({ error: 'user_cancelled_authorize', state });
  });

  it('SO-51 relays no answer without a journey, for another provider, twice a field or as JSON of a page', async () => {
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
});
