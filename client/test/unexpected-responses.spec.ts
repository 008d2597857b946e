import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { caught } from '../../test/support/caught.js';
import {
  memoryStorage,
  MunjigiClient,
  ProblemError,
  UnexpectedResponseError,
  type MunjigiOptions,
} from '../src/index.js';
import { OPERATIONS } from '../src/responses.js';
import { BASE_URL, FakeServer, html, json, noContent, problem, PROFILE, skipPauses, tokens } from './fake-server.js';

const LOGIN = 'POST /api/auth/login';
const REFRESH = 'POST /api/auth/refresh';
const ME = 'GET /api/members/me';
/** Bodies of a success that no operation answers. */
const STRANGE = [
  '<!doctype html><title>Log in to the hotel network</title>',
  '{}',
  '[]',
  'null',
  '"ok"',
  '1',
  '{"status":',
  '',
];

let server: FakeServer;
const opened: MunjigiClient[] = [];

beforeAll(skipPauses);
afterEach(() => {
  for (const client of opened.splice(0)) client.close();
});

function open(options: Partial<MunjigiOptions> = {}): MunjigiClient {
  const client = new MunjigiClient({
    baseUrl: BASE_URL,
    fetch: server.fetch,
    storage: memoryStorage(),
    ...options,
  });
  opened.push(client);
  return client;
}

/** A client with a session, and its storage. */
async function signedIn() {
  server = new FakeServer().on(LOGIN, () => json(200, tokens('one'))).on(ME, () => json(200, PROFILE));
  const storage = memoryStorage();
  const client = open({ storage });
  await client.logIn({ identifier: 'ada.lovelace', password: 'x' });
  return { client, storage };
}

describe('a success that is not from the server', () => {
  it.each(STRANGE)('with the body %j is an error of its own kind, for every operation', async (body) => {
    const { client } = await signedIn();
    const accepted: string[] = [];
    for (const operation of Object.keys(OPERATIONS)) {
      const [method = '', template = ''] = operation.split(' ');
      const path = template.replace(/\{\w+\}/g, 'a1');
      server.on(`${method} ${path}`, () => new Response(body, { status: 200 }));
      const as = operation === REFRESH ? { token: 'refresh' } : 'none';
      const error = await caught(client.request(method, path, { as }));
      if (!(error instanceof UnexpectedResponseError)) accepted.push(operation);
    }
    expect(accepted).toEqual([]);
  });

  it('is refused where a field is missing or has another type, or where the status is another', async () => {
    const { client } = await signedIn();
    for (const changed of [
      { ...PROFILE, loginId: undefined },
      { ...PROFILE, email: 1 },
      { ...PROFILE, name: [] },
      { ...PROFILE, role: null },
    ]) {
      server.on(ME, () => json(200, changed));
      expect(await caught(client.me.get())).toBeInstanceOf(UnexpectedResponseError);
    }
    server.on(ME, () => json(201, PROFILE));
    expect(await caught(client.me.get())).toMatchObject({ status: 201 });
    server.on('GET /api/auth/sessions', () => json(200, { items: [{ id: 'a' }] }));
    expect(await caught(client.sessions.list())).toBeInstanceOf(UnexpectedResponseError);
  });

  it('is not assumed for a field, an enum value or an operation that only a newer server has', async () => {
    const { client } = await signedIn();
    server.on(ME, () => json(200, { ...PROFILE, locale: 'ja', attributes: { plan: 'pro' } }));
    expect(await client.me.get()).toMatchObject({ locale: 'ja', attributes: { plan: 'pro' } });
    server.on('POST /api/newer', () => json(200, ['anything'])).on('DELETE /api/newer', noContent);
    expect(await client.request('POST', '/api/newer')).toEqual(['anything']);
    expect(await client.request('DELETE', '/api/newer')).toBeUndefined();
    server.on('POST /api/newer', () => html());
    expect(await caught(client.request('POST', '/api/newer'))).toBeInstanceOf(UnexpectedResponseError);
  });

  it('names the call and the status, and nothing of the body or the query', async () => {
    const { client } = await signedIn();
    server.on('GET /api/members/me/security-events', () => new Response('{"secret":"s3cret"}', { status: 200 }));
    const { message } = await caught(client.me.securityEvents({ cursor: 'c0rsor' }));
    expect(message).toBe(
      'GET /api/members/me/security-events: the response with status 200 is not what the call expects',
    );
  });

  it.each(STRANGE)('with the body %j to a login leaves no session', async (body) => {
    server = new FakeServer().on(LOGIN, () => new Response(body, { status: 200 }));
    const client = open();
    const error = await caught(client.logIn({ identifier: 'ada', password: 'x' }));
    expect(error).toBeInstanceOf(UnexpectedResponseError);
    expect(await client.currentSession()).toBeUndefined();
  });

  it('is assumed for an answer to a login without the refresh token, unless a cookie has it', async () => {
    const answer = (): Response => json(200, tokens('one', { withRefreshToken: false }));
    server = new FakeServer().on(LOGIN, answer).on(REFRESH, () => problem(401, 'token_invalid'));
    const credentials = { identifier: 'ada', password: 'x' };
    expect(await caught(open().logIn(credentials))).toBeInstanceOf(UnexpectedResponseError);
    expect(await open({ transport: 'cookie' }).logIn(credentials)).toMatchObject({ sessionId: 'one' });
  });

  it.each([...STRANGE, JSON.stringify({ ...tokens('one'), refreshToken: undefined })])(
    'with the body %j to a refresh keeps the session, and the next refresh works',
    async (body) => {
      const { client, storage } = await signedIn();
      const ended: unknown[] = [];
      client.on('sessionEnded', (event) => ended.push(event));
      const key = `munjigi:session:${BASE_URL}`;
      const before = await storage.get(key);
      server.on(ME, ({ token }) => (token === 'access-one' ? problem(401, 'token_expired') : json(200, PROFILE)));
      server.on(REFRESH, () => new Response(body, { status: 200 }));
      expect(await caught(client.me.get())).toBeInstanceOf(UnexpectedResponseError);
      expect([ended, await storage.get(key)]).toEqual([[], before]);
      server.on(REFRESH, () => json(200, tokens('one', { accessToken: 'newer' })));
      expect(await client.me.get()).toEqual(PROFILE);
    },
  );
});

describe('an error response', () => {
  it.each([
    ['a page', '<html>'],
    ['errors as an object', '{"errors":{"email":["taken"]},"detail":["x"],"code":7,"retryAfter":"soon"}'],
    ['errors that are no fields', '{"errors":[null,"x",{"field":1}],"title":{}}'],
    ['an array', '[{"code":"x"}]'],
  ])('that is %s, as another program sends it, is a problem without a code', async (_what, body) => {
    const { client } = await signedIn();
    server.on(ME, () => new Response(body, { status: 404 }));
    const error = await caught(client.me.get());
    expect(error).toBeInstanceOf(ProblemError);
    expect([error.code, error.fields, error.messageFor('email'), error.retryAfter]).toEqual([
      'unknown',
      [],
      undefined,
      undefined,
    ]);
  });
});

describe('longestRetryAfter', () => {
  const busy = () => json(503, { code: 'overloaded' }, { 'retry-after': '0' });

  it('retries a GET at once after `Retry-After: 0`', async () => {
    const { client } = await signedIn();
    server.on(ME, busy);
    const timers = jest.mocked(setTimeout).mockClear();
    expect(await caught(client.me.get())).toMatchObject({ status: 503 });
    expect(server.count(ME)).toBe(3);
    expect(timers.mock.calls.filter(([, ms]) => ms === 0)).toHaveLength(2);
  });

  it('of 0 disables retries, also after `Retry-After: 0`', async () => {
    await signedIn();
    server.on(ME, busy);
    const client = open({ longestRetryAfter: 0 });
    await client.logIn({ identifier: 'ada', password: 'x' });
    expect(await caught(client.me.get())).toMatchObject({ status: 503, retryAfter: 0 });
    expect(server.count(ME)).toBe(1);
  });
});
