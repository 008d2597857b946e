import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { caught } from '../../test/support/caught.js';
import { newSigner } from '../../test/support/client-signer.js';
import { memoryStorage, MunjigiClient, NetworkError, type MunjigiOptions } from '../src/index.js';
import { BASE_URL, FakeServer, json, OldSignal, problem, PROFILE, skipPauses, tokens } from './fake-server.js';

const LOGIN = 'POST /api/auth/login';
const ME = 'GET /api/members/me';
const CREDENTIALS = { identifier: 'ada.lovelace', password: 'x' };

let server: FakeServer;
const opened: MunjigiClient[] = [];

beforeAll(skipPauses);
beforeEach(() => {
  server = new FakeServer().on(LOGIN, () => json(200, tokens('one'))).on(ME, () => json(200, PROFILE));
});
afterEach(() => {
  for (const client of opened.splice(0)) client.close();
});

function open(options: Partial<MunjigiOptions> = {}): MunjigiClient {
  const client = new MunjigiClient({ baseUrl: BASE_URL, fetch: server.fetch, storage: memoryStorage(), ...options });
  opened.push(client);
  return client;
}

describe('an aborted call', () => {
  it('is not sent if the abort came while its proof was made', async () => {
    const leaving = new AbortController();
    const key = newSigner();
    const sign = (data: Uint8Array) => {
      leaving.abort(new Error('page left'));
      return key.sign(data);
    };
    const client = open({ signer: { ...key, sign } });
    const error = await caught(client.logIn(CREDENTIALS, { signal: leaving.signal }));
    expect([error?.message, server.sent]).toEqual(['page left', []]);
    expect(await client.currentSession()).toBeUndefined();
  });

  it('rejects with an AbortError where the signal has no reason, as in React Native', async () => {
    const client = open();
    const early = new OldSignal();
    early.abort();
    expect(await caught(client.logIn(CREDENTIALS, { signal: early.signal }))).toMatchObject({ name: 'AbortError' });
    expect(await caught(client.loginId.sendCode({ email: 'a@example.test' }, { signal: early.signal }))).toMatchObject({
      name: 'AbortError',
    });
    expect(server.sent).toEqual([]);
    const late = new OldSignal();
    server.on(LOGIN, () => {
      late.abort();
      throw new TypeError('fetch failed');
    });
    expect(await caught(client.logIn(CREDENTIALS, { signal: late.signal }))).toMatchObject({ name: 'AbortError' });
  });
});

describe('an error of the app', () => {
  it('in `locale` or in the body of a call is no NetworkError', async () => {
    let locale = (): string => 'ko';
    const client = open({ locale: () => locale() });
    const body: { self?: object } = {};
    body.self = body;
    expect(await caught(client.request('POST', '/api/newer', { body, as: 'none' }))).toBeInstanceOf(TypeError);
    const bug = new Error('a bug of the app');
    locale = () => {
      throw bug;
    };
    expect(await caught(client.logIn(CREDENTIALS))).toBe(bug);
    expect(server.sent).toEqual([]);
  });

  it('in the signer reaches the call whatever its type, and the session stays', async () => {
    const key = newSigner();
    let sign = key.sign;
    const storage = memoryStorage();
    const client = open({ storage, signer: { ...key, sign: (data) => sign(data) } });
    await client.logIn(CREDENTIALS);
    const stored = await storage.get(`munjigi:session:${BASE_URL}`);
    server.on(ME, () => problem(401, 'token_expired'));
    const locked: any = 'the phone is locked'; // not an Error, as some native modules throw
    sign = () => {
      throw locked;
    };
    expect(await caught(client.me.get())).toBe(locked);
    expect(await storage.get(`munjigi:session:${BASE_URL}`)).toBe(stored);
    expect(await client.currentSession()).toEqual({ sessionId: 'one' });
  });
});

describe('a call without an answer', () => {
  it('is a NetworkError that names the call without its query', async () => {
    const error = await caught(open().request('GET', '/api/newer?cursor=s3cret', { as: 'none' }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.message).toBe('GET /api/newer: no response');
  });
});

describe('a method in small letters', () => {
  it('is sent in capitals, and a GET is repeated as usual', async () => {
    const client = open();
    await client.logIn(CREDENTIALS);
    server.on('PATCH /api/members/me', () => json(200, PROFILE));
    expect(await client.request('patch', '/api/members/me', { body: { name: 'Ada' } })).toEqual(PROFILE);
    server.on(ME, () => json(503, { code: 'overloaded' }, { 'retry-after': '0' }));
    expect(await caught(client.request('get', '/api/members/me'))).toMatchObject({ status: 503 });
    expect(server.count(ME)).toBe(3);
  });
});
