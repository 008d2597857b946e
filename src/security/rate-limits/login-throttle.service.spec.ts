import { describe, expect, it } from '@jest/globals';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import type { LoginFailuresRepository } from './login-failures.repository.js';
import { LoginThrottleService } from './login-throttle.service.js';

const config = { env: { HASH_QUEUE_LIMIT: 8, LOGIN_FAILURE_LIMIT: 10 } } as AppConfig;

/**
 * A throttle, and the statements that it ran. The repository counts every attempt as failure number
 * `failures`, or blocks every attempt if `failures` is null.
 */
function throttleWith(failures: number | null): { throttle: LoginThrottleService; statements: string[] } {
  const statements: string[] = [];
  const repository = {
    count: async () => {
      statements.push('count');
      return failures;
    },
    delete: async () => statements.push('delete'),
    refund: async () => statements.push('refund'),
  };
  const keys = new KeyRing(['secret']);
  const throttle = new LoginThrottleService(config, repository as unknown as LoginFailuresRepository, keys);
  return { throttle, statements };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const ada = { account: 'ada', deviceId: null };

describe('a login attempt', () => {
  it('EN-06 holds the queue while blocked, so that a queue at a blocked account moves no faster', async () => {
    const { throttle, statements } = throttleWith(null);
    const first = await throttle.begin(ada);
    const second = throttle.begin(ada);
    await settle();
    expect(statements).toEqual(['count']);
    expect(first.isBlocked).toBe(true);
    await first.finish(false);
    await (await second).finish(false);
    expect(statements).toEqual(['count', 'count']);
  });

  it('EN-07 queues by the submitted identifier, whichever account it belongs to', async () => {
    const { throttle } = throttleWith(null);
    const subject = { ...ada, queueKey: 'login:ada.lovelace' };
    await throttle.begin(subject);
    expect(throttle.hasQueue(subject)).toBe(true);
    expect(throttle.hasQueue({ ...subject, account: 'another account' })).toBe(true);
    expect(throttle.hasQueue({ ...subject, queueKey: 'login:ada@example.test' })).toBe(false);
    expect(throttle.hasQueue(ada)).toBe(false);
    expect(throttle.hasQueue({ ...subject, deviceId: 'laptop' })).toBe(false);
  });

  it('clears the failures when the password matches, and stays counted when it does not', async () => {
    const { throttle, statements } = throttleWith(3);
    const match = await throttle.begin(ada);
    expect(match.failuresBefore).toBe(2);
    expect(await match.finish(true)).toBe(false);
    await match.cancel();
    expect(statements).toEqual(['count', 'delete']);
    const failure = await throttle.begin(ada);
    expect(await failure.finish(false)).toBe(false);
    await failure.cancel();
    expect(statements).toEqual(['count', 'delete', 'count']);
  });

  it('EN-05 holds the queue after it is decided, until it is released or cancelled', async () => {
    const { throttle, statements } = throttleWith(3);
    for (const end of ['release', 'cancel'] as const) {
      const attempt = await throttle.begin(ada);
      await attempt.decide(true);
      expect(throttle.hasQueue(ada)).toBe(true);
      await attempt[end]();
      expect(throttle.hasQueue(ada)).toBe(false);
    }
    expect(statements).toEqual(['count', 'delete', 'count', 'delete']);
  });

  it('reports the failure that begins the wait', async () => {
    const attempt = await throttleWith(10).throttle.begin(ada);
    expect(await attempt.finish(false)).toBe(true);
  });

  it('reports a wait that begins at the hard limit, where the hard limit is below the failure limit', async () => {
    const subject = { ...ada, hardLimit: 4 };
    expect(await (await throttleWith(4).throttle.begin(subject)).finish(false)).toBe(true);
    expect(await (await throttleWith(10).throttle.begin(subject)).finish(false)).toBe(false);
  });

  it('is refunded when it is cancelled, once, and lets the next one in', async () => {
    const { throttle, statements } = throttleWith(3);
    const attempt = await throttle.begin(ada);
    const next = throttle.begin(ada);
    await attempt.cancel();
    await attempt.cancel();
    await attempt.finish(true);
    await next;
    expect(statements).toEqual(['count', 'refund', 'count']);
  });

  it('changes nothing when it was blocked, whatever ends it', async () => {
    const { throttle, statements } = throttleWith(null);
    await (await throttle.begin(ada)).cancel();
    await (await throttle.begin(ada)).finish(true);
    expect(statements).toEqual(['count', 'count']);
    expect(throttle.hasQueue(ada)).toBe(false);
  });

  it('lets the next one in when it could not be counted', async () => {
    const broken = {
      count: async () => Promise.reject(new Error('no database')),
    } as unknown as LoginFailuresRepository;
    const throttle = new LoginThrottleService(config, broken, new KeyRing(['secret']));
    await expect(throttle.begin(ada)).rejects.toThrow('no database');
    expect(throttle.hasQueue(ada)).toBe(false);
  });
});
