import { describe, expect, it } from '@jest/globals';
import type { Notifications } from '../../platform/database/notifications.js';
import { ApiKeyCache } from './api-key-cache.js';
import type { ApiKeysRepository, LiveApiKey } from './api-keys.repository.js';

const ID = '0f8c3f5e-6f0d-4c55-9d0a-0f4f3a4f2c11';
const KEY: LiveApiKey = {
  id: ID,
  scopes: ['members:read'],
  digest: Buffer.alloc(32, 1),
  previousDigest: null,
  ranges: null,
  expiresAt: null,
};

/** A cache over one row, and the channel that a test sends messages on. */
function cacheOver(row: { key: LiveApiKey | null }) {
  const state = { isLive: true, reads: 0, duringRead: () => undefined as void };
  const subscription: { onMessage(id: string): void; onConnected(): Promise<void> }[] = [];
  const notifications = {
    get isLive() {
      return state.isLive;
    },
    subscribe: (one: (typeof subscription)[number]) => subscription.push(one),
  };
  const repository = {
    findLive: async () => {
      state.reads += 1;
      const found = row.key;
      state.duringRead();
      return found;
    },
  };
  const cache = new ApiKeyCache(notifications as unknown as Notifications, repository as unknown as ApiKeysRepository);
  cache.onModuleInit();
  return { cache, state, channel: subscription[0]! };
}

const find = async (cache: ApiKeyCache) => cache.findKept(ID) ?? cache.read(ID);

describe('the cache of API keys', () => {
  it('reads a key once', async () => {
    const { cache, state } = cacheOver({ key: KEY });
    expect([await find(cache), await find(cache)]).toEqual([KEY, KEY]);
    expect(state.reads).toBe(1);
  });

  it('AK-01 forgets a key that has changed, and every key after the channel was interrupted', async () => {
    const row: { key: LiveApiKey | null } = { key: KEY };
    const { cache, channel } = cacheOver(row);
    await find(cache);
    row.key = null;
    channel.onMessage('another key');
    expect(await find(cache)).toBe(KEY);
    channel.onMessage(ID);
    expect(await find(cache)).toBeNull();
    row.key = KEY;
    await find(cache);
    row.key = null;
    await channel.onConnected();
    expect(await find(cache)).toBeNull();
  });

  it('AK-01 keeps no key that changed while it was read', async () => {
    const row: { key: LiveApiKey | null } = { key: KEY };
    const { cache, state, channel } = cacheOver(row);
    state.duringRead = () => channel.onMessage(ID);
    await find(cache);
    row.key = null;
    expect(await find(cache)).toBeNull();
  });

  it('AK-01 asks the database each time while the channel is interrupted', async () => {
    const row: { key: LiveApiKey | null } = { key: KEY };
    const { cache, state } = cacheOver(row);
    await find(cache);
    state.isLive = false;
    row.key = null;
    expect(await find(cache)).toBeNull();
  });

  it('calls listeners with the id that changed, or with null for any', async () => {
    const { cache, channel } = cacheOver({ key: KEY });
    const changes: (string | null)[] = [];
    cache.onChange((id) => changes.push(id));
    channel.onMessage(ID);
    await channel.onConnected();
    expect(changes).toEqual([ID, null]);
  });
});
