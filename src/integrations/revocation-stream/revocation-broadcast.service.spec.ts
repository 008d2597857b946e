import { once } from 'node:events';
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../platform/database/clock.js';
import type { Database } from '../../platform/database/database.js';
import type { Notifications } from '../../platform/database/notifications.js';
import type { ApiKeyPrincipal } from '../../platform/http/principal.js';
import type { ApiKeyCache } from '../../security/api-keys/api-key-cache.js';
import type { ApiKeyVerificationService } from '../../security/api-keys/api-key-verification.service.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { RevocationBroadcastService } from './revocation-broadcast.service.js';
import { RevocationSnapshots } from './revocation-snapshots.js';

const NOON = 1_764_000_000;

class TestClock extends Clock {
  seconds = NOON;

  override now(): number {
    return this.seconds;
  }
}

const principal = (apiKeyId: string, expiresAt: number | null = null): ApiKeyPrincipal => ({
  apiKeyId,
  scopes: [],
  secretDigest: Buffer.alloc(32),
  expiresAt,
});

describe('the listeners of the revocation stream', () => {
  let server: Server;
  let clock: TestClock;
  let broadcast: RevocationBroadcastService;
  let keyChanged: (id: string | null) => void;
  let isLive: boolean;
  let beat: () => void;
  beforeEach(async () => {
    jest.spyOn(globalThis, 'setInterval').mockImplementation(((callback: () => void) => {
      beat = callback;
      return { unref: () => undefined };
    }) as unknown as typeof setInterval);
    clock = new TestClock();
    isLive = true;
    const feed = new RevocationFeed({ isLive: true } as Notifications, {} as Database, clock);
    const cache = { onChange: (listener: typeof keyChanged) => (keyChanged = listener) };
    const keys = { isLive: async () => isLive };
    broadcast = new RevocationBroadcastService(
      ...([feed, new RevocationSnapshots(feed, clock), clock] as const),
      ...([cache as unknown as ApiKeyCache, keys as unknown as ApiKeyVerificationService] as const),
    );
    broadcast.onModuleInit();
    server = http.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** A client, and the response that the server has begun for it. */
  async function connect(): Promise<{ client: http.ClientRequest; response: ServerResponse }> {
    const { port } = server.address() as AddressInfo;
    const client = http.get({ port, host: '127.0.0.1', agent: false });
    client.on('error', () => undefined); // the end of the connection
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    return { client, response };
  }

  function open(response: ServerResponse, key: ApiKeyPrincipal): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    broadcast.open(response, key);
  }

  it('RS-23 a client that hung up while its key was checked takes no room', async () => {
    const { client, response } = await connect();
    const closed = once(response, 'close');
    client.destroy();
    await closed;
    open(response, principal('gone'));
    expect(broadcast.size).toBe(0);
  });

  it('RS-23 a client that hangs up later makes room again', async () => {
    const { client, response } = await connect();
    open(response, principal('here'));
    expect(broadcast.size).toBe(1);
    const closed = once(response, 'close');
    client.destroy();
    await closed;
    expect(broadcast.size).toBe(0);
  });

  it('RS-22 a listener makes room as soon as its key expires, and not only when its connection ends', async () => {
    open((await connect()).response, principal('expiring', NOON + 10));
    open((await connect()).response, principal('lasting'));
    beat();
    expect(broadcast.size).toBe(2);
    clock.seconds += 10;
    beat();
    expect(broadcast.size).toBe(1);
  });

  it('RS-22 a listener makes room as soon as its key is revoked, and not only when its connection ends', async () => {
    const { response } = await connect();
    open(response, principal('revoked'));
    open((await connect()).response, principal('other'));
    const sizeAtEnd = new Promise((resolve) => response.once('finish', () => resolve(broadcast.size)));
    isLive = false;
    keyChanged('revoked');
    expect(await sizeAtEnd).toBe(1);
  });

  it('RS-22 a listener whose key was revoked before its stream opened is ended', async () => {
    const { response } = await connect();
    isLive = false;
    const closed = once(response, 'close');
    open(response, principal('revoked'));
    await closed;
    expect(broadcast.size).toBe(0);
  });

  it('all listeners make room when the server stops', async () => {
    open((await connect()).response, principal('one'));
    open((await connect()).response, principal('other'));
    broadcast.onModuleDestroy();
    expect(broadcast.size).toBe(0);
    expect(() => broadcast.checkRoom()).toThrow(expect.objectContaining({ code: 'service_unavailable' }));
  });
});
