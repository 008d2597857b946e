import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Counters } from '../../src/security/rate-limits/counters.js';
import { RedisCounters } from '../../src/security/rate-limits/redis-counters.js';
import { expectCountersToKeepTheirContract } from '../support/counters-contract.js';
import { isInstalled, skipNotice, startRedis } from '../support/debian-server.js';
import { eventually } from '../support/eventually.js';
import { unique } from '../support/factories.js';
import { patientTimers } from '../support/preload.js';
import { TestApp } from '../support/test-app.js';

const LIMIT = 5;
/** Longer timeouts: on a busy machine Redis may take more than 250 ms to answer, or be silent for more than 1000 ms. */
const PATIENT = patientTimers({ 250: 20_000, 1000: 20_000 });

const hasRedis = isInstalled('redis-server');
if (!hasRedis) skipNotice('redis-server', 'redis-server');

(hasRedis ? describe : describe.skip)('limits in Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  let app: TestApp;
  let other: TestApp;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
    redis.on('error', () => undefined); // it is stopped on purpose below
    const env = { LOG_LEVEL: 'info', REDIS_URL: server.url, IP_REQUEST_LIMIT: String(LIMIT), ...PATIENT };
    app = await TestApp.start({ env });
    other = await app.replica();
  });
  afterAll(async () => {
    redis?.disconnect();
    await app?.stop();
    await server?.stop();
  });

  /**
   * Asks from one client address, through both replicas at once, and counts the answers by status.
   */
  async function ask(ip: string, times: number): Promise<Map<number, number>> {
    const answers = await Promise.all(
      Array.from({ length: times }, (_, index) =>
        (index % 2 === 0 ? app : other).client({ ip }).post('/api/auth/login-id/check', { loginId: unique.loginId() }),
      ),
    );
    const counts = new Map<number, number>();
    for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }

  const rows = async (): Promise<number> => {
    const { rows: counted } = await app.sql.query<{ count: number }>('SELECT count(*)::int AS count FROM rate_limits');
    return counted[0]!.count;
  };

  it('BF-03 MI-01 limits hold over all replicas, for simultaneous requests too', async () => {
    expect(await ask('203.0.113.7', 40)).toEqual(
      new Map([
        [200, LIMIT],
        [429, 40 - LIMIT],
      ]),
    );
    const { headers } = await app
      .client({ ip: '203.0.113.7' })
      .post('/api/auth/login-id/check', { loginId: 'ada.byron' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(await rows()).toBe(0);
  });

  it('BF-09 limits in Redis count what they grant and never what they refuse', async () => {
    Object.assign(process.env, { PATIENT_TIMERS_MS: PATIENT['PATIENT_TIMERS_MS'] });
    // @ts-expect-error It has no types, because servers load it as it is.
    await import('../support/patient-timers.js');
    // While Redis answers, nothing reaches the fallback.
    const counters = new RedisCounters(server.url, null as unknown as Counters);
    try {
      await eventually('a connection', () => counters.add('connected', 600_000).catch(() => undefined));
      await expectCountersToKeepTheirContract(counters);
    } finally {
      counters.onApplicationShutdown();
    }
  });

  it('SL-02 keys hold no client or mail address and expire by themselves', async () => {
    await ask('203.0.113.8', 1);
    const email = unique.email();
    await app.post('/api/auth/password-reset/send-code', { email }).expect(202);
    const keys = await redis.keys('*');
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys) {
      expect(key).not.toContain('203.0.113');
      expect(key).not.toContain(email.split('@')[0]);
      expect(await redis.pttl(key)).toBeGreaterThan(0);
    }
  });

  it('PostgreSQL counts while Redis is away: no request fails and no limit is open', async () => {
    await server.stop();
    expect(await ask('203.0.113.9', 20)).toEqual(
      new Map([
        [200, LIMIT],
        [429, 20 - LIMIT],
      ]),
    );
    expect(await rows()).toBeGreaterThan(0);
    const complaints = () => app.logs.filter((line) => line.includes('Redis does not count'));
    await eventually('the line in the log', async () => (complaints().length > 0 ? true : undefined));
    expect(complaints()).toHaveLength(1);
  });

  it('requests do not wait for a frozen Redis, and limits return to it afterwards', async () => {
    const frozen = await startRedis();
    const house = await TestApp.start({ env: { REDIS_URL: frozen.url, IP_REQUEST_LIMIT: '100000' } });
    const inside = new Redis(frozen.url);
    /** Sends one request, far below the limit. */
    const askOnce = async (): Promise<number> => {
      const began = performance.now();
      await house.post('/api/auth/login-id/check', { loginId: unique.loginId() }).expect(200);
      return performance.now() - began;
    };
    try {
      await askOnce();
      expect(await inside.dbsize()).toBe(1);
      frozen.freeze();
      const slowest = Math.max(await askOnce(), await askOnce()); // these wait for Redis before they count elsewhere
      await eventually('an answer that does not wait', async () => (await askOnce()) < slowest / 2 || undefined);
      frozen.thaw();
      await inside.flushall();
      await eventually('a limit in Redis', async () => {
        await askOnce();
        return (await inside.dbsize()) > 0 || undefined;
      });
    } finally {
      inside.disconnect();
      await house.stop();
      await frozen.stop();
    }
  });
});
