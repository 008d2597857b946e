import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../../platform/config/app-config.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { LoginFailuresRepository } from '../../security/rate-limits/login-failures.repository.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import { LoginRefusalsService } from './login-refusals.service.js';
import { PasswordAttemptsService, type PasswordAttempt } from './password-attempts.service.js';
import { PasswordLoginService } from './password-login.service.js';

const ADA = { id: 'ada', status: 'active', passwordVersion: 1 };
const CREDENTIALS = { identifier: 'ada.lovelace', password: 'right giraffe 12' };
const CONTEXT = { ip: '203.0.113.7' } as never;

/** Stands in for services without a part in the test: every method does nothing. */
const idle = <T>(methods: object = {}): T =>
  new Proxy(methods, { get: (own, name) => Reflect.get(own, name) ?? (async () => undefined) }) as T;

interface World {
  matches: boolean;
  isActive: boolean;
  isRisky: boolean;
  /** Null without a token hook. */
  hook: (() => Promise<void>) | null;
}

/**
 * A login of a member with five failures. A refusal comes only after a minimum time, which the test
 * ends with `endPad`.
 */
function logInWith({ matches, isActive, isRisky, hook }: World) {
  const statements: string[] = [];
  const write = (name: string) => async () => {
    statements.push(name);
    return 1;
  };
  const repository = {
    count: async () => 6,
    delete: write('delete'),
    deleteWithin: write('delete'),
    add: write('add'),
  };
  const config = { env: { HASH_QUEUE_LIMIT: 8, LOGIN_FAILURE_LIMIT: 10 } } as AppConfig;
  const throttle = new LoginThrottleService(
    config,
    repository as unknown as LoginFailuresRepository,
    new KeyRing(['secret']),
  );
  const attempts = new PasswordAttemptsService(
    idle({ findLogin: async () => ({ candidate: ADA, deviceId: null }) }),
    idle({ reserve: () => ({ release: () => undefined }), verify: async () => matches }),
    throttle,
    idle({ findFailuresAt: async () => 5 }),
    idle({ waitMs: 0 }),
  );
  let endPad!: () => void;
  const pad = new Promise<void>((resolve) => (endPad = resolve));
  const compare = async (...request: Parameters<PasswordAttemptsService['compare']>): Promise<PasswordAttempt> => ({
    ...(await attempts.compare(...request)),
    untilRefusal: () => pad,
  });
  const run = async <T>(work: (opening: unknown) => Promise<T>, beforeHook: () => Promise<void>): Promise<T> => {
    const committed: (() => void)[] = [];
    if (hook !== null && !isRisky) {
      await beforeHook();
      await hook();
    }
    const result = await work({ tx: { afterCommit: (followUp: () => void) => committed.push(followUp) } });
    for (const followUp of committed) followUp();
    return result;
  };
  const service = new PasswordLoginService(
    idle({ run }),
    idle({ compare }),
    idle({ proceed: async () => (isRisky ? null : { status: 'authenticated' }) }),
    idle({ isAdmissible: async () => isActive }),
    new LoginRefusalsService(idle(), throttle, idle(), idle(), idle(), idle()),
    idle(),
    idle(),
  );
  const outcome = service.login(CREDENTIALS, {}, CONTEXT).catch((error: unknown) => error);
  const subject = { account: ADA.id, deviceId: null, queueKey: `login:${CREDENTIALS.identifier}` };
  return { outcome, statements, endPad, isNextWaiting: () => throttle.hasQueue(subject) };
}

const right: World = { matches: true, isActive: true, isRisky: false, hook: null };

describe('a refused login', () => {
  it.each([
    ['a wrong password', { ...right, matches: false }, []],
    ['a right password of a disabled account', { ...right, isActive: false }, ['delete']],
    ['a right password at a high risk', { ...right, isRisky: true }, []],
    ['a high risk with a token hook', { ...right, isRisky: true, hook: async () => undefined }, []],
  ])(
    'EN-05 writes everything before its minimum time ends, and only then lets the next attempt in: %s',
    async (_, world, writes) => {
      const login = logInWith(world);
      await nextTurn();
      expect([login.isNextWaiting(), login.statements]).toEqual([true, writes]);
      login.endPad();
      expect(await login.outcome).toMatchObject({ code: 'invalid_credentials' });
      expect(await login.outcome).toBeInstanceOf(DomainError);
      expect([login.isNextWaiting(), login.statements]).toEqual([false, writes]);
    },
  );
});

describe('a login', () => {
  it('clears the failures in its commit, and lets the next one in', async () => {
    const login = logInWith(right);
    expect(await login.outcome).toEqual({ status: 'authenticated' });
    expect([login.isNextWaiting(), login.statements]).toEqual([false, ['delete']]);
  });

  it('AT-02 lets the next one in before its token hook answers', async () => {
    let answer!: () => void;
    const login = logInWith({ ...right, hook: async () => new Promise<void>((resolve) => (answer = resolve)) });
    await nextTurn();
    expect([login.isNextWaiting(), login.statements]).toEqual([false, ['delete']]);
    answer();
    expect(await login.outcome).toEqual({ status: 'authenticated' });
    expect(login.statements).toEqual(['delete']);
  });
});
