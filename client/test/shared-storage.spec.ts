import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { caught } from '../../test/support/caught.js';
import { browserStorage, MunjigiClient, SignedOutError, type TokenStorage } from '../src/index.js';
import {
  accessTokenOf,
  BASE_URL,
  FakeServer,
  json,
  noContent,
  problem,
  PROFILE,
  skipPauses,
  tokens,
} from './fake-server.js';

const REFRESH = 'POST /api/auth/refresh';
const STORAGE_KEY = `munjigi:session:${BASE_URL}`;
const HOUR_MS = 3_600_000;

/** The storage of an origin, as the process of the browser holds it. */
class OriginStorage {
  readonly values = new Map<string, string>();

  /**
   * The view of one tab. A tab sees the values of other tabs late, and a browser ignores the
   * removal of a value that the tab does not see.
   */
  openTab(): TokenStorage {
    const seen = new Map<string, string>();
    return browserStorage({
      getItem: (key) => seen.get(key) ?? null,
      setItem: (key, value) => {
        seen.set(key, value);
        this.values.set(key, value);
      },
      removeItem: (key) => {
        if (seen.delete(key)) this.values.delete(key);
      },
    });
  }
}

/** An origin whose tabs learn of each other's writes by storage events alone, as in older browsers. */
class OriginWithoutChannel {
  private readonly values = new Map<string, string>();
  private readonly listeners: { tab: number; listener: (event: { key: string }) => void }[] = [];
  private readonly real = globalThis.BroadcastChannel;
  private tabs = 0;

  constructor() {
    Reflect.deleteProperty(globalThis, 'BroadcastChannel');
    const addEventListener = (_: string, listener: (event: { key: string }) => void) =>
      void this.listeners.push({ tab: this.tabs, listener });
    Object.assign(globalThis, { addEventListener });
  }

  /** A tab; the client that is opened next listens for it. */
  openTab(): TokenStorage {
    const tab = ++this.tabs;
    const written = (key: string): void => {
      for (const other of this.listeners) if (other.tab !== tab) setImmediate(() => other.listener({ key }));
    };
    return browserStorage({
      getItem: (key) => this.values.get(key) ?? null,
      setItem: (key, value) => {
        this.values.set(key, value);
        written(key);
      },
      removeItem: (key) => {
        if (this.values.delete(key)) written(key);
      },
    });
  }

  close(): void {
    globalThis.BroadcastChannel = this.real;
    Reflect.deleteProperty(globalThis, 'addEventListener');
  }
}

const opened: { close(): void }[] = [];
beforeAll(skipPauses);
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  jest.restoreAllMocks();
});

function openClient(server: FakeServer, storage: TokenStorage, transport: 'body' | 'cookie' = 'body'): MunjigiClient {
  const client = new MunjigiClient({ baseUrl: BASE_URL, fetch: server.fetch, storage, transport, binding: 'none' });
  opened.push(client);
  return client;
}

/** Resolves when the client has heard of new tokens. */
const tokensOf = (client: MunjigiClient): Promise<unknown> =>
  new Promise((resolve) => client.on('tokensChanged', resolve));

describe('tabs that see the storage of each other late', () => {
  it('leave no token in the storage when the second one logs out at once', async () => {
    const server = new FakeServer()
      .on('POST /api/auth/login', () => json(200, tokens('first')))
      .on('POST /api/auth/logout', noContent);
    const origin = new OriginStorage();
    const [first, second] = [openClient(server, origin.openTab()), openClient(server, origin.openTab())];
    await second.currentSession();
    const heard = tokensOf(second);
    await first.logIn({ identifier: 'ada.lovelace', password: 'x' });
    await heard;
    expect([...origin.values.keys()]).toContain(STORAGE_KEY);
    await second.logOut();
    expect([...origin.values.keys()]).not.toContain(STORAGE_KEY);
  });

  it('keep a session that another tab has stored a moment before the logout', async () => {
    const server = new FakeServer()
      .on('POST /api/auth/login', () => json(200, tokens('first')))
      .on('POST /api/auth/logout', noContent);
    const values = new Map<string, string>();
    const client = openClient(server, {
      isShared: true,
      get: async (key) => values.get(key) ?? null,
      set: async (key, value) => void values.set(key, value),
      remove: async (key) => void values.delete(key),
    });
    await client.logIn({ identifier: 'ada.lovelace', password: 'x' });
    const other = JSON.stringify({
      ...(JSON.parse(values.get(STORAGE_KEY)!) as object),
      sessionId: 'of-the-other-tab',
    });
    values.set(STORAGE_KEY, other);
    await client.logOut();
    expect(values.get(STORAGE_KEY)).toBe(other);
  });

  it('refresh the tokens that a message brought before the storage shows them', async () => {
    const server = new FakeServer()
      .on(REFRESH, () => json(200, tokens('first', { accessToken: 'later' })))
      .on('GET /api/members/me', () => json(200, PROFILE));
    const client = openClient(server, new OriginStorage().openTab());
    await client.currentSession();
    const channel = new BroadcastChannel(STORAGE_KEY);
    opened.push(channel);
    const heard = tokensOf(client);
    const expired = { ...{ sessionId: 'first', accessToken: 'early', refreshToken: 'r' }, expiresIn: 600 };
    channel.postMessage({ type: 'session', session: { ...expired, askedAt: Date.now() - HOUR_MS } });
    await heard;
    await expect(client.me.get()).resolves.toEqual(PROFILE);
    expect(server.count(REFRESH)).toBe(1);
  });

  it('send no call of a member with the tokens of another member who has logged in in another tab', async () => {
    const server = new FakeServer()
      .on('POST /api/auth/login', ({ body: { identifier } }) =>
        json(200, tokens(`of-${identifier}`, { accessToken: accessTokenOf(identifier, 'x') })),
      )
      .on('PATCH /api/members/me', async ({ token }) => {
        if (token !== accessTokenOf('ada', 'x')) return json(200, PROFILE);
        const heard = tokensOf(first);
        await second.logIn({ identifier: 'grace', password: 'x' });
        await heard;
        return problem(401, 'session_ended');
      });
    const origin = new OriginStorage();
    const [first, second] = [openClient(server, origin.openTab()), openClient(server, origin.openTab())];
    await first.logIn({ identifier: 'ada', password: 'x' });
    // A tab ignores a login of another tab in the same millisecond as its own.
    for (const now = Date.now(); Date.now() === now;) await new Promise(setImmediate);
    const ended = new Promise((resolve) => first.on('sessionEnded', resolve));
    expect(await caught(first.me.update({ name: 'Ada' }))).toBeInstanceOf(SignedOutError);
    expect(server.count('PATCH /api/members/me')).toBe(1);
    expect(await ended).toEqual({ sessionId: 'of-ada', reason: 'logged-out', inThisTab: false });
  });

  it('write a session before they announce it to other tabs', async () => {
    const server = new FakeServer().on('POST /api/auth/login', () => json(200, tokens('first')));
    const origin = new OriginStorage();
    const written: boolean[] = [];
    const real = globalThis.BroadcastChannel;
    class Recorder extends real {
      override postMessage(message: unknown): void {
        written.push(origin.values.has(STORAGE_KEY));
        super.postMessage(message);
      }
    }
    globalThis.BroadcastChannel = Recorder;
    try {
      await openClient(server, origin.openTab()).logIn({ identifier: 'ada.lovelace', password: 'x' });
    } finally {
      globalThis.BroadcastChannel = real;
    }
    expect(written).toEqual([true]);
  });
});

it('tabs with a cookie and without BroadcastChannel refresh once each, and not in turns', async () => {
  const origin = new OriginWithoutChannel();
  opened.push(origin);
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => ++now); // no two tabs ask at the same millisecond
  const server = new FakeServer()
    .on(REFRESH, () => json(200, tokens('first', { withRefreshToken: false })))
    .on('GET /api/members/me', () => json(200, PROFILE));
  const tabs = [1, 2, 3].map(() => openClient(server, origin.openTab(), 'cookie'));
  await Promise.all(tabs.map((tab) => tab.me.get()));
  expect(server.count(REFRESH)).toBe(3);
  for (let round = 0; round < 3; round++) {
    await new Promise(setImmediate); // the storage events of the others
    for (const tab of tabs) await tab.me.get();
  }
  expect(server.count(REFRESH)).toBe(3);
});

it('a tab whose fresh token and cookie are refused uses the newer ones of another tab', async () => {
  const origin = new OriginWithoutChannel();
  opened.push(origin);
  const storage = origin.openTab();
  let isOutdated = false;
  const server = new FakeServer()
    .on(REFRESH, () => {
      if (!isOutdated) return json(200, tokens('first', { withRefreshToken: false }));
      isOutdated = false;
      // The other tab writes before the refusal of the cookie that it has replaced.
      void storage.set(STORAGE_KEY, JSON.stringify({ sessionId: 'first', expiresIn: 600, askedAt: Date.now() + 1 }));
      return problem(401, 'token_expired');
    })
    .on('GET /api/members/me', () => (isOutdated ? problem(401, 'token_expired') : json(200, PROFILE)));
  const tab = openClient(server, storage, 'cookie');
  await tab.me.get();
  isOutdated = true;
  await expect(tab.me.get()).resolves.toEqual(PROFILE);
  expect(await tab.currentSession()).toEqual({ sessionId: 'first' });
});
