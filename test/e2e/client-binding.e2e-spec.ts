import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  memoryStorage,
  MunjigiClient,
  type MunjigiOptions,
  type Signer,
  type TokenStorage,
} from '../../client/src/index.js';
import { newSigner } from '../support/client-signer.js';
import { given, type GivenMember } from '../support/factories.js';
import { answerLost, ANY_SERVER, FaultyFetch } from '../support/faulty-fetch.js';
import { decodeToken } from '../support/token-forge.js';
import { TestApp } from '../support/test-app.js';

const LOGIN = 'POST /api/auth/login';
const REFRESH = 'POST /api/auth/refresh';
const DAY_MS = 86_400_000;
const ORDERS = 'https://api.example.test/orders';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.shared();
});
afterAll(() => app.stop());

const opened: MunjigiClient[] = [];
afterEach(() => {
  jest.restoreAllMocks();
  for (const client of opened.splice(0)) client.close();
});

/** Opens a client of an app on a phone. A second call with the same storage acts as a restart of the app. */
function open(options: Partial<MunjigiOptions> = {}) {
  const network = new FaultyFetch(app);
  const storage = options.storage ?? memoryStorage();
  const client = new MunjigiClient({ baseUrl: app.origin, fetch: network.fetch, storage, locale: 'en', ...options });
  opened.push(client);
  const ended: string[] = [];
  client.on('sessionEnded', ({ reason }) => ended.push(reason));
  return { client, network, storage, ended };
}

async function signedIn(options: Partial<MunjigiOptions> = {}) {
  const member = await given.member(app);
  const all = open(options);
  const outcome = await logIn(all.client, member);
  return { member, ...all, sessionId: outcome.sessionId };
}

async function logIn(client: MunjigiClient, { loginId: identifier, password }: GivenMember) {
  const outcome = await client.logIn({ identifier, password });
  if (outcome.status !== 'authenticated') throw new Error(outcome.status);
  return outcome;
}

async function isBound(sessionId: string): Promise<boolean> {
  const { rows } = await app.sql.query('SELECT key_thumbprint FROM sessions WHERE id = $1', [sessionId]);
  return rows[0].key_thumbprint !== null;
}

/** Restarts the app as if its access token had expired. */
async function restartLater({ storage }: { storage: TokenStorage }, options: Partial<MunjigiOptions> = {}) {
  const key = `munjigi:session:${app.origin}`;
  const session = JSON.parse((await storage.get(key)) ?? '') as { askedAt: number };
  await storage.set(key, JSON.stringify({ ...session, askedAt: session.askedAt - 3_600_000 }));
  return open({ ...options, storage });
}

/** Moves the last refresh of a session into the past. */
async function ageRefresh(sessionId: string, days: number): Promise<void> {
  await app.sql.query('UPDATE sessions SET rotated_at = rotated_at - make_interval(days => $2) WHERE id = $1', [
    sessionId,
    days,
  ]);
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'answered',
    ({ code, name }: { code?: string; name: string }) => code ?? name,
  );

describe('a client with a key', () => {
  it.each<[string, Signer]>([
    ['P-256', newSigner()],
    ['P-256 and DER signatures', newSigner({ isDer: true })],
    ['Ed25519', newSigner({ algorithm: 'EdDSA' })],
  ])('RB-06 binds its session by default, refreshes it and logs out (%s)', async (_, signer) => {
    const { storage, sessionId, member } = await signedIn({ signer });
    expect(await isBound(sessionId)).toBe(true);
    const { client, network } = await restartLater({ storage }, { signer });
    expect((await client.me.get()).loginId).toBe(member.loginId);
    expect((await client.sessions.list()).find(({ current }) => current)).toMatchObject({ bound: true });
    expect(network.count(REFRESH)).toBe(1);
    await client.logOut();
    const { rows } = await app.sql.query('SELECT ended_at FROM sessions WHERE id = $1', [sessionId]);
    expect(rows[0].ended_at).not.toBeNull();
  });

  it('RB-06 opens a session without a key if asked to, and where the address is not PUBLIC_URL', async () => {
    const none = await signedIn({ signer: newSigner(), binding: 'none' });
    expect(await isBound(none.sessionId)).toBe(false);
    const other = await signedIn({ signer: newSigner(), baseUrl: ANY_SERVER });
    expect([await isBound(other.sessionId), other.network.count(LOGIN)]).toEqual([false, 2]);
    const strict = open({ signer: newSigner(), baseUrl: ANY_SERVER, binding: 'refresh' });
    expect(await codeOf(logIn(strict.client, none.member))).toBe('proof_invalid');
  });

  it('RB-06 does not sign in without the key that it was asked to bind to', async () => {
    const locked = { ...newSigner(), publicKey: () => Promise.reject(new Error('the key is locked')) };
    const member = await given.member(app);
    for (const binding of ['refresh', 'full'] as const)
      await expect(logIn(open({ signer: locked, binding }).client, member)).rejects.toThrow('the key is locked');
    const { client } = open({ signer: locked });
    await logIn(client, member); // the choice was left to the client
    expect((await client.sessions.list()).find(({ current }) => current)).toMatchObject({ bound: false });
  });

  it('RB-06 makes proofs for the path of PUBLIC_URL, behind a proxy that removes it', async () => {
    const baseUrl = 'http://localhost:3000/accounts';
    const server = await TestApp.start({ env: { PUBLIC_URL: baseUrl } });
    try {
      const proxied: typeof fetch = (input, init) => {
        const url = input as string;
        expect(url).toMatch(/^http:\/\/localhost:3000\/accounts\/api\//);
        return fetch(server.origin + url.slice(baseUrl.length), init);
      };
      const { client } = open({ baseUrl, fetch: proxied, signer: newSigner(), binding: 'full' });
      const member = await given.member(server);
      await logIn(client, member);
      expect((await client.me.get()).loginId).toBe(member.loginId); // a proof for GET …/accounts/api/members/me
      expect((await client.sessions.list()).find(({ current }) => current)).toMatchObject({ bound: true });
      await client.logOut();
    } finally {
      await server.stop();
    }
  });

  it('RB-06 signs in without a key while the key store fails', async () => {
    const signer = { ...newSigner(), publicKey: () => Promise.reject(new Error('locked')) };
    const { sessionId } = await signedIn({ signer });
    expect(await isBound(sessionId)).toBe(false);
  });

  it.each([
    ['with a key', newSigner()],
    ['without one', undefined],
  ])('RB-01 repeats its refresh at the next start, days after the response was lost (%s)', async (_, signer) => {
    const options = signer && { signer };
    const { member, storage, sessionId } = await signedIn(options);
    const { client, network } = await restartLater({ storage }, options);
    for (let attempt = 1; attempt <= 4; attempt += 1) network.next(REFRESH, answerLost);
    expect(await codeOf(client.me.get())).toBe('NetworkError');
    await ageRefresh(sessionId, 3);
    const restarted = open({ ...options, storage });
    expect((await restarted.client.me.get()).loginId).toBe(member.loginId);
    expect([restarted.network.count(REFRESH), restarted.ended]).toEqual([1, []]);
  });

  it.each([-1, 1])('RB-05 with a clock that is wrong by %i day sends one request more, and no other', async (days) => {
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + days * DAY_MS);
    const { client, network, member } = await signedIn({ signer: newSigner(), binding: 'full' });
    expect(network.count(LOGIN)).toBe(2);
    expect((await client.me.get()).loginId).toBe(member.loginId);
    await client.logOut();
    expect(network.sent.slice(2)).toEqual(['GET /api/members/me', 'POST /api/auth/logout']);
  });

  it('RB-03 reports that its key is lost; a locked key store does not end its session', async () => {
    const { storage, sessionId } = await signedIn({ signer: newSigner() });
    const signer = { ...newSigner(), publicKey: () => Promise.reject(new Error('locked')) };
    const locked = await restartLater({ storage }, { signer });
    expect(await codeOf(locked.client.me.get())).toBe('Error');
    expect([locked.ended, await locked.client.currentSession()]).toEqual([[], { sessionId }]);
    const restored = open({ storage, signer: newSigner() });
    expect(await codeOf(restored.client.me.get())).toBe('proof_required');
    expect([restored.ended, await restored.client.currentSession()]).toEqual([['key-lost'], undefined]);
    expect(await isBound(sessionId)).toBe(true);
  });
});

describe('a client with the binding full', () => {
  it('RB-07 proves possession in every call to the server, also after a refresh', async () => {
    const options = { signer: newSigner(), binding: 'full' } as const;
    const { client, member, storage } = await signedIn(options);
    expect(decodeToken(await client.accessToken()).claims.cnf).toMatchObject({ jkt: expect.any(String) });
    expect((await client.me.get()).loginId).toBe(member.loginId);
    const later = await restartLater({ storage }, options);
    expect((await later.client.me.securityEvents({ limit: 1 })).items).toHaveLength(1);
    expect([later.network.count(REFRESH), later.ended]).toEqual([1, []]);
  });

  it('RB-07 signs calls to other services, with their nonce if they demand one', async () => {
    const network = new FaultyFetch(app);
    const seen: { scheme: string; claims: Record<string, unknown> }[] = [];
    const service: typeof fetch = async (url, init = {}) => {
      const headers = new Headers(init.headers);
      if (!(url as string).startsWith(ORDERS)) return network.fetch(url, init);
      const { claims } = decodeToken(headers.get('dpop')!);
      seen.push({ scheme: headers.get('authorization')!.split(' ')[0]!, claims });
      const refusal = { 'dpop-nonce': 'n-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' };
      return claims.nonce === 'n-1' ? new Response('[]') : new Response('', { status: 401, headers: refusal });
    };
    const { client } = await signedIn({ signer: newSigner(), binding: 'full', fetch: service });
    const response = await client.fetch(`${ORDERS}?page=2`, { method: 'patch' });
    expect(response.status).toBe(200);
    const ath = await sha256(await client.accessToken());
    const expected = { htm: 'PATCH', htu: ORDERS, ath };
    expect(seen.map(({ scheme, claims: { htm, htu, ath, nonce } }) => [scheme, { htm, htu, ath }, nonce])).toEqual([
      ['DPoP', expected, undefined],
      ['DPoP', expected, 'n-1'],
    ]);
    expect(new Set(seen.map(({ claims }) => claims.jti)).size).toBe(2);
  });

  it('RB-07 repeats each of two calls that learn the same nonce at once', async () => {
    const network = new FaultyFetch(app);
    const refreshes: unknown[] = [];
    const service: typeof fetch = async (url, init = {}) => {
      if ((url as string).endsWith('/api/auth/refresh')) refreshes.push(url);
      if (!(url as string).startsWith(ORDERS)) return network.fetch(url, init);
      const { claims } = decodeToken(new Headers(init.headers).get('dpop')!);
      const headers = { 'dpop-nonce': 'n-1' };
      return claims.nonce === 'n-1' ? new Response('[]') : new Response('', { status: 401, headers });
    };
    const { client } = await signedIn({ signer: newSigner(), binding: 'full', fetch: service });
    const answers = await Promise.all([client.fetch(ORDERS), client.fetch(ORDERS)]);
    expect([answers.map(({ status }) => status), refreshes]).toEqual([[200, 200], []]);
  });

  it('RB-07 repeats a call once more if the service answers the new token with a nonce', async () => {
    const network = new FaultyFetch(app);
    const tokens: string[] = [];
    const service: typeof fetch = async (url, init = {}) => {
      const headers = new Headers(init.headers);
      if (!(url as string).startsWith(ORDERS)) return network.fetch(url, init);
      tokens.push(headers.get('authorization')!);
      if (tokens.length === 1) return new Response('', { status: 401 }); // the token has ended
      const { claims } = decodeToken(headers.get('dpop')!);
      return claims.nonce === 'n-1'
        ? new Response('[]')
        : new Response('', { status: 401, headers: { 'dpop-nonce': 'n-1' } });
    };
    const { client } = await signedIn({ signer: newSigner(), binding: 'full', fetch: service });
    expect((await client.fetch(ORDERS, { method: 'POST', body: '{}' })).status).toBe(200);
    expect([tokens.length, new Set(tokens).size, tokens[1] === tokens[2]]).toEqual([3, 2, true]);
  });
});

async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('base64url');
}
