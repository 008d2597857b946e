import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { caught } from '../../test/support/caught.js';
import { eventually } from '../../test/support/eventually.js';
import {
  memoryStorage,
  MunjigiClient,
  NetworkError,
  SignedOutError,
  type ClientEvents,
  type TokenStorage,
} from '../src/index.js';
import {
  accessTokenOf,
  BASE_URL,
  FakeServer,
  html,
  json,
  noContent,
  problem,
  PROFILE,
  skipPauses,
  tokens,
} from './fake-server.js';

const LOGIN = 'POST /api/auth/login';
const LOGOUT = 'POST /api/auth/logout';
const REFRESH = 'POST /api/auth/refresh';
const ME = 'GET /api/members/me';
const CREDENTIALS = { identifier: 'ada.lovelace', password: 'x' };

/** A server whose client is a browser with cookies. It answers by the session that `cookie` holds. */
let server: FakeServer;
/** The id of the session that the cookie holds; undefined if there is none. */
let cookie: string | undefined;
const opened: MunjigiClient[] = [];

beforeAll(skipPauses);

beforeEach(() => {
  cookie = undefined;
  server = new FakeServer()
    .on(REFRESH, () => (cookie === undefined ? problem(401, 'token_invalid') : json(200, cookieTokens(cookie))))
    .on(LOGIN, () => json(200, cookieTokens((cookie = 'from-login'))))
    .on(LOGOUT, () => {
      cookie = undefined;
      return noContent();
    })
    .on(ME, () => json(200, PROFILE));
});
afterEach(() => {
  for (const client of opened.splice(0)) client.close();
});

const cookieTokens = (sessionId: string) => tokens(sessionId, { withRefreshToken: false });

/** A page that has just been opened, with the events that it has seen. */
function page(storage: TokenStorage = memoryStorage(), transport: 'cookie' | 'body' = 'cookie') {
  const client = new MunjigiClient({ baseUrl: BASE_URL, fetch: server.fetch, storage, transport });
  opened.push(client);
  const events: (keyof ClientEvents)[] = [];
  client.on('tokensChanged', () => events.push('tokensChanged'));
  client.on('sessionEnded', () => events.push('sessionEnded'));
  return { client, events };
}

describe('a session that another page has opened with a cookie', () => {
  it('is found at the start by one refresh, however many calls wait for it', async () => {
    cookie = 'from-pages';
    const { client, events } = page();
    const [session, ...profiles] = await Promise.all([client.currentSession(), client.me.get(), client.me.get()]);
    expect([session, profiles]).toEqual([{ sessionId: 'from-pages' }, [PROFILE, PROFILE]]);
    expect([server.count(REFRESH), events]).toEqual([1, ['tokensChanged']]);
  });

  it('is found without any call, so that the page can react to the event', async () => {
    cookie = 'from-pages';
    const { events } = page();
    await eventually('the event', async () => (events.length > 0 ? true : undefined));
  });

  it('is remembered: a reload needs no request until the first call', async () => {
    cookie = 'from-pages';
    const storage = memoryStorage();
    await page(storage).client.currentSession();
    const later = page(storage).client;
    expect(await later.currentSession()).toEqual({ sessionId: 'from-pages' });
    expect(server.count(REFRESH)).toBe(1);
  });

  it('is not looked for with body transport', async () => {
    cookie = 'from-pages';
    expect(await page(memoryStorage(), 'body').client.currentSession()).toBeUndefined();
    expect(server.sent).toEqual([]);
  });

  it('replaces the remembered one, if another member has logged in on the built-in pages', async () => {
    cookie = 'first';
    const storage = memoryStorage();
    await page(storage).client.currentSession();
    cookie = 'second';
    const { client, events } = page(storage);
    await client.me.get();
    expect(await client.currentSession()).toEqual({ sessionId: 'second' });
    expect(events).toEqual(['tokensChanged']);
  });
});

describe('a page that shows a member, while the cookie gets another session', () => {
  const UPDATE = 'PATCH /api/members/me';
  /** The member of each session. */
  const MEMBERS: Record<string, string> = { first: 'ada', again: 'ada', other: 'grace' };
  /** The members whose profile was changed. */
  let changed: string[];

  beforeEach(() => {
    changed = [];
    const accessToken = (sessionId: string): string => accessTokenOf(MEMBERS[sessionId]!, sessionId);
    cookie = 'first';
    server
      .on(REFRESH, () => json(200, tokens(cookie!, { withRefreshToken: false, accessToken: accessToken(cookie!) })))
      .on(UPDATE, ({ token }) => {
        if (token === accessToken('first')) return problem(401, 'session_ended');
        changed.push(token === accessToken('other') ? 'grace' : 'ada');
        return json(200, PROFILE);
      })
      .on('PATCH /orders', ({ token }) => (token === accessToken('first') ? problem(401, 'x') : noContent()));
  });

  it('sends no call of the first member as another one, and reports the end of the first session', async () => {
    const { client, events } = page();
    await client.currentSession();
    cookie = 'other';
    const calls = await Promise.all([client.me.update({ name: 'Ada' }), client.me.update({ name: 'Ada' })].map(caught));
    expect(calls.map((error) => error instanceof SignedOutError)).toEqual([true, true]);
    expect([changed, events]).toEqual([[], ['tokensChanged', 'sessionEnded', 'tokensChanged']]);
    await client.me.update({ name: 'Grace' }); // the app has heard of the change
    expect([changed, await client.currentSession()]).toEqual([['grace'], { sessionId: 'other' }]);
  });

  it('sends no call to a service of the product as another member', async () => {
    const { client } = page();
    await client.currentSession();
    cookie = 'other';
    const order = client.fetch(`${BASE_URL}/orders`, { method: 'PATCH' });
    const error = await caught(order);
    expect(error).toBeInstanceOf(SignedOutError);
    expect(error.message).toBe('The member of this call is not signed in.');
    expect(server.count('PATCH /orders')).toBe(1);
  });

  it('repeats a call for the same member, who has logged in again', async () => {
    const { client, events } = page();
    await client.currentSession();
    cookie = 'again';
    await client.me.update({ name: 'Ada' });
    expect([changed, events]).toEqual([['ada'], ['tokensChanged', 'tokensChanged']]);
  });
});

describe('without a session in the cookie', () => {
  it.each(['token_invalid', 'token_expired', 'session_ended', 'token_reused'])(
    'a start that is answered %s emits no event, and the server is not asked again',
    async (code) => {
      server.on(REFRESH, () => problem(401, code));
      const { client, events } = page();
      expect(await client.currentSession()).toBeUndefined();
      expect(await caught(client.me.get())).toBeInstanceOf(SignedOutError);
      expect(await client.currentSession()).toBeUndefined();
      await client.logOut();
      expect([server.sent, events]).toEqual([[REFRESH], []]);
    },
  );

  it('a login waits for the answer to the refresh, whose cookie would otherwise replace that of the login', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    server.on(REFRESH, async () => {
      await held;
      return problem(401, 'token_invalid');
    });
    const { client } = page();
    const login = client.logIn(CREDENTIALS);
    await eventually('the refresh', async () => (server.count(REFRESH) === 1 ? true : undefined));
    expect(server.count(LOGIN)).toBe(0);
    release();
    expect(await login).toMatchObject({ sessionId: 'from-login' });
    expect(await client.currentSession()).toEqual({ sessionId: 'from-login' });
  });
});

describe('a start during a failure', () => {
  it.each([
    [
      'no network',
      (): Response => {
        throw new TypeError('fetch failed');
      },
    ],
    ['a captive portal', () => html()],
    ['an overloaded server', () => problem(503, 'overloaded')],
  ])('such as %s does not mean signed out: a later call finds the session', async (_what, failure) => {
    cookie = 'from-pages';
    const works = () => json(200, cookieTokens('from-pages'));
    server.on(REFRESH, failure);
    const { client, events } = page();
    expect(await client.currentSession()).toBeUndefined();
    expect(await caught(client.me.get())).not.toBeInstanceOf(SignedOutError);
    server.on(REFRESH, works);
    expect(await client.me.get()).toEqual(PROFILE);
    expect([await client.currentSession(), events]).toEqual([{ sessionId: 'from-pages' }, ['tokensChanged']]);
  });
});

describe('a logout that did not reach the server', () => {
  it('is rejected also if it is not known whether the cookie holds a session', async () => {
    cookie = 'from-pages';
    server.on(REFRESH, () => {
      throw new TypeError('fetch failed');
    });
    expect(await caught(page().client.logOut())).toBeInstanceOf(NetworkError);
  });

  async function loggedOutOffline(): Promise<TokenStorage> {
    const storage = memoryStorage();
    const { client } = page(storage);
    await client.logIn(CREDENTIALS);
    const reached = () => {
      cookie = undefined;
      return noContent();
    };
    server.on(LOGOUT, () => {
      throw new TypeError('fetch failed');
    });
    expect(await caught(client.logOut())).toBeInstanceOf(NetworkError);
    expect(cookie).toBe('from-login');
    server.on(LOGOUT, reached);
    return storage;
  }

  it('is completed by the next start, which does not sign the member in again', async () => {
    const storage = await loggedOutOffline();
    const { client, events } = page(storage);
    expect(await client.currentSession()).toBeUndefined();
    expect(await caught(client.me.get())).toBeInstanceOf(SignedOutError);
    expect([cookie, events]).toEqual([undefined, []]);
    cookie = 'later';
    expect(await page(storage).client.currentSession()).toEqual({ sessionId: 'later' });
  });

  it('does not end a later session', async () => {
    const storage = await loggedOutOffline();
    cookie = 'later';
    const { client } = page(storage);
    expect(await client.currentSession()).toEqual({ sessionId: 'later' });
    expect(cookie).toBe('later');
  });
});

describe('request()', () => {
  it.each([
    ['/api/auth/login', CREDENTIALS],
    ['/api/auth/login/mfa', { mfaToken: 'm', code: '123456' }],
    ['/api/auth/login/passkey', { credential: {} }],
    ['/api/auth/login/mfa/passkey', { mfaToken: 'm', credential: {} }],
    ['/api/auth/sign-up/confirm-code', { signUpId: 's', code: '123456' }],
    ['/api/auth/sign-up/confirm-link', { token: 't', signUpId: 's' }],
    ['/api/auth/refresh', {}],
  ])('uses the tokens that %s answers, and sends the fields about the device that it takes', async (path, body) => {
    const seen: any[] = [];
    server.on(`POST ${path}`, (request) => {
      seen.push(request.body);
      return seen.length === 1 && path === '/api/auth/refresh'
        ? problem(401, 'token_invalid')
        : json(200, cookieTokens('by-hand'));
    });
    const { client, events } = page();
    await client.currentSession();
    await client.request('POST', path, { body });
    expect(await client.currentSession()).toEqual({ sessionId: 'by-hand' });
    expect(events).toEqual(['tokensChanged']);
    const takesTransport = /login$|login\/passkey$|confirm-/.test(path);
    expect(seen.at(-1)).toEqual({ ...body, ...(takesTransport && { transport: 'cookie' }) });
  });

  it('uses the tokens of an operation that only a newer server has', async () => {
    server.on('POST /api/auth/newer', () => json(200, cookieTokens('newer')));
    const { client, events } = page();
    await client.request('POST', '/api/auth/newer', { as: 'none' });
    expect([await client.currentSession(), events]).toEqual([{ sessionId: 'newer' }, ['tokensChanged']]);
  });

  it('opens no session while a further step is needed', async () => {
    server.on(LOGIN, () => json(200, { status: 'mfa_required', mfaToken: 'm', methods: ['totp'], expiresIn: 300 }));
    const { client } = page();
    expect(await client.request('POST', '/api/auth/login', { body: CREDENTIALS })).toMatchObject({ mfaToken: 'm' });
    expect(await client.currentSession()).toBeUndefined();
  });
});
