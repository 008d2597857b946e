import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { Clock } from '../../src/platform/database/clock.js';
import { Notifications } from '../../src/platform/database/notifications.js';
import { eventually } from '../support/eventually.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the notifications of the database', () => {
  let own: TestDatabase;
  let proxy: TcpProxy;
  let notifications: Notifications;
  beforeAll(async () => {
    own = await createTestDatabase({ empty: true });
    proxy = await TcpProxy.to(own.url);
  });
  afterEach(() => notifications.onApplicationShutdown());
  afterAll(async () => {
    await proxy.disconnect();
    await own.drop();
  });

  /** @param onConnected of the second of two subscribers */
  async function listen(onConnected: () => Promise<void>): Promise<void> {
    const config = AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0', DATABASE_URL: proxy.url });
    notifications = new Notifications(config, new Clock());
    notifications.subscribe({ channel: 'first', onMessage: () => undefined, onConnected: async () => undefined });
    notifications.subscribe({ channel: 'second', onMessage: () => undefined, onConnected });
    await notifications.onApplicationBootstrap();
  }

  const isLive = () => eventually('a live connection', async () => notifications.isLive || undefined);

  it('TK-09 are live only after every subscriber has read what it missed, also after a reconnect', async () => {
    const wereLive: boolean[] = [];
    await listen(async () => void wereLive.push(await notifications.confirmLive()));
    await isLive();
    proxy.block('munjigi-listen');
    await eventually('the loss', async () => !notifications.isConnected || undefined);
    proxy.unblock();
    await isLive();
    expect(wereLive).toEqual([false, false]);
  });

  it('are not live while a subscriber cannot read what it missed, and try again', async () => {
    let attempts = 0;
    await listen(async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('cannot read');
    });
    expect([attempts, notifications.isLive]).toEqual([1, false]);
    await isLive();
    expect(attempts).toBe(3);
  });

  it('show how long they have been silent, also while there is no connection', async () => {
    await listen(async () => undefined);
    await isLive();
    proxy.block('munjigi-listen');
    try {
      await eventually('the loss', async () => !notifications.isConnected || undefined);
      expect(Number.isFinite(notifications.silenceSeconds)).toBe(true);
    } finally {
      proxy.unblock();
    }
  });
});
