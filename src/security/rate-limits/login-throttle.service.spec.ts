import { expect, it } from '@jest/globals';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import type { Database } from '../../platform/database/database.js';
import { LoginThrottleService } from './login-throttle.service.js';

const config = { env: { HASH_QUEUE_LIMIT: 8, LOGIN_FAILURE_LIMIT: 10 } } as AppConfig;

/** A throttle whose subjects all have to wait, and what it did. */
function waitingThrottle(): { throttle: LoginThrottleService; done: string[] } {
  const done: string[] = [];
  const database = {
    prepared: async () => {
      done.push('counted');
      return { rows: [], count: 0 };
    },
  };
  const throttle = new LoginThrottleService(config, database as unknown as Database, new KeyRing(['secret']));
  return { throttle, done };
}

it('EN-06 pretends within the turn, so that a queue at a waiting account moves no faster', async () => {
  const { throttle, done } = waitingThrottle();
  const subject = { account: 'ada', deviceId: null };
  let finish = (): void => undefined;
  const pretending = new Promise<void>((resolve) => (finish = resolve));
  const attempt = (pretend: () => Promise<void>) => throttle.attemptCounted(subject, async () => true, pretend);
  const first = attempt(() => pretending);
  const second = attempt(async () => {
    done.push('pretended');
  });
  await new Promise(setImmediate);
  expect(done).toEqual(['counted']);
  finish();
  expect((await first).isRight).toBeNull();
  await second;
  expect(done).toEqual(['counted', 'counted', 'pretended']);
});

it('EN-07 has those wait for each other who submitted the same, whatever account it is', () => {
  const { throttle } = waitingThrottle();
  const taken = { account: 'ada', deviceId: null, turn: 'login:ada.lovelace' };
  const never = new Promise<void>(() => undefined);
  void throttle.attemptCounted(
    taken,
    async () => true,
    () => never,
  );
  expect(throttle.hasQueue(taken)).toBe(true);
  expect(throttle.hasQueue({ ...taken, account: 'somebody else' })).toBe(true);
  expect(throttle.hasQueue({ ...taken, turn: 'login:ada@example.test' })).toBe(false);
  expect(throttle.hasQueue({ account: 'ada', deviceId: null })).toBe(false);
  expect(throttle.hasQueue({ ...taken, deviceId: 'laptop' })).toBe(false);
});
