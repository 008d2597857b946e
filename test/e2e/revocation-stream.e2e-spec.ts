import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SCOPES } from '../../src/platform/http/principal.js';
import { givenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { isInstalled, skipNotice, startNginx, type ExternalServer } from '../support/debian-server.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember } from '../support/factories.js';
import { preload } from '../support/preload.js';
import { RevocationListener } from '../support/revocation-listener.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

let app: TestApp;
let replica: TestApp;
let proxy: TcpProxy;
let key: string;
const listeners: RevocationListener[] = [];
beforeAll(async () => {
  app = await TestApp.start({ env: preload('quick-heartbeats.js') });
  proxy = await TcpProxy.to(app.database.url);
  replica = await app.replica({ env: { DATABASE_URL: proxy.url } });
  ({ key } = await givenApiKey(app, ['revocations:read']));
});
afterAll(async () => {
  await app.stop();
  await proxy.disconnect();
});
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

interface ListenOptions {
  key?: string;
  lastEventId?: string;
}
const connect = async (origin: string, options: ListenOptions = {}) => {
  const listener = await RevocationListener.connect(origin, options.key ?? key, options);
  listeners.push(listener);
  return listener;
};
const listen = (at: TestApp, options?: ListenOptions) => connect(at.origin, options);

/** On a busy machine a key may expire before its stream opens; the next one lives longer. */
async function listenWithExpiringKey(): Promise<RevocationListener> {
  let lifetimeMs = 1000;
  return eventually('a stream with an expiring key', async () => {
    lifetimeMs *= 2;
    const expiresAt = new Date(Date.now() + lifetimeMs);
    const { key: expiring } = await givenApiKey(app, ['revocations:read'], { expiresAt });
    return listen(app, { key: expiring }).catch(() => undefined);
  });
}

const logout = async ({ accessToken }: GivenMember, at = app) =>
  at.post('/api/auth/logout', undefined, accessToken).expect(204);
const list = async (query = '') => (await app.get(`/api/integrations/revocations${query}`, key).expect(200)).body;

/** Far more than a busy machine is late, and less than a wrong time zone. */
const HOUR_MS = 3_600_000;

/** Only limits how long a failure takes. */
const BUSY_MS = 120_000;

/**
 * Sends more revocations than the buffers of both ends of a connection hold, and waits until the
 * server has them.
 * @returns the session id of the last one
 */
async function floodWithRevocations(): Promise<string> {
  const now = Math.ceil(Date.now() / 1000);
  const later = now + 1000;
  for (let round = 0; round < 8; round += 1)
    await app.sql.query(
      `SELECT pg_notify('munjigi_revocations', gen_random_uuid() || ' ${later} ${now}') FROM generate_series(1, 10000)`,
    );
  const last = randomUUID();
  await app.sql.query(`SELECT pg_notify('munjigi_revocations', $1 || ' ${later} ${now}')`, [last]);
  // With so many revocations the server is far behind, so it answers 503 for a while.
  await eventually(
    'the last revocation',
    async () => (await app.get('/api/integrations/revocations', key)).body.items?.at(-1)?.id === last || undefined,
    BUSY_MS,
  );
  return last;
}

/** Reconnects as often as needed: on a busy machine the server may cut off a quick reader too. */
async function untilResumed(sessionId: string, lastEventId: string): Promise<void> {
  let [position, again] = [lastEventId, await listen(app, { lastEventId })];
  await eventually(
    `revocation of ${sessionId}`,
    async () => {
      if (again.revoked.includes(sessionId)) return true;
      if (!again.isOver) return undefined;
      position = again.lastId ?? position;
      again = await listen(app, { lastEventId: position });
      return undefined;
    },
    BUSY_MS,
  );
}

describe('the revocation stream', () => {
  it('RS-20 begins with what is in force, and then has each revocation of any replica', async () => {
    const [before, ada, bob] = [await given.member(app), await given.member(app), await given.member(app)];
    await logout(before);
    const [listener, atOnce] = [await listen(replica), await listen(app)];
    await atOnce.untilHeartbeat(1);
    const messages = atOnce.messages.map(({ event, data }) => (event === 'heartbeat' ? event : data.id));
    expect(messages.indexOf(before.sessionId)).toBeLessThan(messages.indexOf('heartbeat'));
    await listener.untilRevoked(before.sessionId);
    await logout(ada, app);
    await logout(bob, replica);
    const { data, id } = await listener.untilRevoked(ada.sessionId);
    expect(Object.keys(data).sort()).toEqual(['before', 'cursor', 'id', 'kind', 'until']);
    expect([data.kind, id]).toEqual(['session', undefined]); // only heartbeats carry a position
    const [issued, expires] = [Date.parse(data.before), Date.parse(data.until)];
    expect(Math.abs(issued - Date.now())).toBeLessThan(HOUR_MS);
    // The server's tokens live for 600 s, and those signed before a change of that setting for 900 s at most.
    expect((expires - issued) / 1000).toBeGreaterThanOrEqual(900);
    await listener.untilRevoked(bob.sessionId);
    expect(listener.revoked.filter((session) => session === bob.sessionId)).toHaveLength(1);
    await listener.untilHeartbeat(2);
    expect(Math.abs(Date.parse(listener.heartbeats().at(-1)!.data.serverTime) - Date.now())).toBeLessThan(HOUR_MS);
  });

  it('RS-20 has every session of a member who is disabled', async () => {
    const admin = await givenAdmin(app);
    const ada = await given.member(app);
    const { body } = await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(200);
    const listener = await listen(app);
    await app.patch(`/api/admin/members/${ada.id}`, { status: 'disabled' }, admin.accessToken).expect(200);
    for (const session of [ada.sessionId, body.sessionId]) await listener.untilRevoked(session);
  });

  it('RS-20 is also a list, for programs that ask from time to time', async () => {
    const ada = await given.member(app);
    const { nextCursor } = await list();
    await logout(ada);
    const { items, serverTime } = await list(`?after=${nextCursor}`);
    expect(items.map(({ id }: any) => id)).toContain(ada.sessionId);
    expect(Date.parse(serverTime)).not.toBeNaN();
    const { items: later } = await list(`?after=${Number(nextCursor) + 600}`);
    expect(later).toEqual([]);
  });

  it('RS-21 resumes at another replica without a gap', async () => {
    const ada = await given.member(app);
    const first = await listen(app);
    await first.untilHeartbeat(1);
    const lastEventId = first.lastId!;
    first.close();
    await logout(ada);
    const fresh = await app.replica();
    for (const resumed of [await listen(replica, { lastEventId }), await listen(fresh, { lastEventId })]) {
      await resumed.untilHeartbeat(1);
      expect(resumed.revoked).toContain(ada.sessionId);
    }
    const last = await listen(fresh, { lastEventId: 'nonsense' });
    await last.untilHeartbeat(1);
    expect(last.revoked).toContain(ada.sessionId);
    await fresh.stop();
    await last.untilOver(); // a server that stops ends its streams
  });

  it('RS-21 stops its heartbeats while the server may miss revocations, and has them before it goes on', async () => {
    const [ada, bob] = [await given.member(app), await given.member(app)];
    const isNotice = ({ event }: { event: string }): boolean => event === 'interrupted';
    const listener = await listen(replica);
    await listener.untilHeartbeat(1);
    const since = listener.messages.length;
    proxy.block('munjigi-listen');
    try {
      await eventually('the notice', async () => listener.messages.slice(since).find(isNotice));
      const beats = listener.heartbeats().length;
      await expect(listen(replica)).rejects.toThrow('503');
      expect((await replica.get('/api/integrations/revocations', key)).status).toBe(503);
      await logout(ada);
      const bytes = listener.received;
      await eventually('another comment', async () => listener.received > bytes || undefined);
      expect(listener.heartbeats().length).toBe(beats);
      expect(listener.revoked).not.toContain(ada.sessionId);
    } finally {
      proxy.unblock();
    }
    const beats = listener.heartbeats().length;
    await listener.untilHeartbeat(beats + 1);
    const until = listener.messages.indexOf(listener.heartbeats()[beats]!);
    const at = listener.messages.findIndex(({ data }) => data.id === ada.sessionId);
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(until);
    expect(listener.messages.slice(since, until).filter(isNotice)).toHaveLength(1);
    await logout(bob);
    await listener.untilRevoked(bob.sessionId);
  });

  it('RS-22 is refused to members, to administrators, without a key and to keys without the scope', async () => {
    const others = SCOPES.filter((scope) => scope !== 'revocations:read');
    const { key: other } = await givenApiKey(app, others);
    const admin = await givenAdmin(app);
    const expected = [
      [undefined, 401, 'token_invalid'],
      [other, 403, 'insufficient_scope'],
      [admin.accessToken, 403, 'forbidden'],
      [(await given.member(app)).accessToken, 403, 'forbidden'],
      [admin.refreshToken, 401, 'token_invalid'],
    ] as const;
    for (const [token, status, code] of expected)
      for (const accept of ['text/event-stream', 'application/json']) {
        const answer = await app.request('GET', '/api/integrations/revocations', { token, headers: { accept } });
        expect([answer.status, answer.body.code]).toEqual([status, code]);
      }
  });

  it('RS-22 ends when its key is revoked, loses its secret or expires, and other streams go on', async () => {
    const admin = await givenAdmin(app);
    const revoked = await givenApiKey(app, ['revocations:read']);
    const rotated = await givenApiKey(app, ['revocations:read']);
    const durations = async () =>
      /duration_seconds_count\{.*revocations",status="200"\} \d+/.exec(
        (await app.get('/metrics').expect(200)).text,
      )?.[0];
    const durationsBefore = await durations();
    const others = await listen(app);
    const [one, two, three] = [
      await listen(replica, { key: revoked.key }),
      await listen(replica, { key: rotated.key }),
      await listenWithExpiringKey(),
    ];
    const act = (method: string, path: string) =>
      app.request(method, `/api/admin/api-keys/${path}`, { token: admin.accessToken });
    await act('DELETE', revoked.id).expect(204);
    await one.untilOver();
    await act('POST', `${rotated.id}/rotate`).expect(200);
    await two.untilHeartbeat(two.heartbeats().length + 1);
    expect(two.isOver).toBe(false);
    await act('POST', `${rotated.id}/rotate`).expect(200);
    await two.untilOver();
    await three.untilOver();
    expect(others.isOver).toBe(false);
    await expect(listen(replica, { key: revoked.key })).rejects.toThrow('401');
    expect(await durations()).toBe(durationsBefore); // a stream that stays open is not a slow answer
  });

  it('AK-01 a server without its notification connection refuses a revoked key as well', async () => {
    const admin = await givenAdmin(app);
    const { id, key: revoked } = await givenApiKey(app, ['members:read']);
    const ask = () => replica.get('/api/admin/members?limit=1', revoked);
    await ask().expect(200);
    proxy.block('munjigi-listen');
    try {
      await app.delete(`/api/admin/api-keys/${id}`, undefined, admin.accessToken).expect(204);
      await eventually('the key is refused', async () => (await ask()).status === 401 || undefined, 5_000);
    } finally {
      proxy.unblock();
    }
    const listener = await eventually('the replica listens again', async () => listen(replica).catch(() => undefined));
    await listener.untilHeartbeat(1);
    expect((await ask()).status).toBe(401);
  });
});

const withNginx = isInstalled('nginx') && isInstalled('openssl') ? describe : describe.skip;
if (withNginx === describe.skip) skipNotice('nginx', 'nginx-light');

withNginx('the revocation stream behind nginx, as deploy/ configures it', () => {
  let nginx: ExternalServer & { url: string };
  beforeAll(async () => {
    nginx = await startNginx([app, replica].map(({ origin }) => Number(new URL(origin).port)));
  });
  afterAll(() => nginx?.stop());

  it('RS-20 passes each message on at once, from either replica', async () => {
    const [ada, bob] = [await given.member(app), await given.member(app)];
    const through = [await connect(nginx.url), await connect(nginx.url)];
    const direct = await listen(app);
    for (const listener of through) {
      expect(listener.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
      await listener.untilHeartbeat(2);
    }
    await logout(ada, app);
    for (const listener of through) await listener.untilRevoked(ada.sessionId);
    await logout(bob, replica);
    for (const listener of through) {
      await listener.untilRevoked(bob.sessionId);
      // The buffers of nginx would hold hundreds. A pause of this process holds up all streams alike.
      expect(listener.heartbeatsAtOnce).toBeLessThan(20 + direct.heartbeatsAtOnce);
    }
  });
});

// Last, because the servers hold so many revocations afterwards.
describe('the revocation stream of many revocations', () => {
  it('RS-23 cuts off a reader that takes nothing, which then resumes without a gap', async () => {
    const slow = await listen(app);
    await slow.untilHeartbeat(1);
    const lastEventId = slow.lastId!;
    slow.pause();
    const last = await floodWithRevocations();
    slow.resume();
    await slow.untilOver();
    expect(slow.revoked).not.toContain(last);
    await untilResumed(last, lastEventId);
    await eventually(
      'the other replica has read them too',
      async () => (await replica.get('/api/integrations/revocations', key)).status === 200 || undefined,
      BUSY_MS,
    );
  });
});
