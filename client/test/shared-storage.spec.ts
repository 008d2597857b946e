import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { browserStorage, MunjigiClient, type TokenStorage } from '../src/index.js';
import { BASE_URL, FakeServer, json, noContent, PROFILE, skipPauses, tokens } from './fake-server.js';

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

const opened: { close(): void }[] = [];
beforeAll(skipPauses);
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

function openClient(server: FakeServer, storage: TokenStorage): MunjigiClient {
  const client = new MunjigiClient({ baseUrl: BASE_URL, fetch: server.fetch, storage, binding: 'none' });
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
