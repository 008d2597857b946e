import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../../platform/config/app-config.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { ComparedPassword } from '../../security/rate-limits/ip-limits.service.js';
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
  /** The known device that the login comes from. */
  deviceId?: string;
  /** Those of the five failures that came from the client address of the login. */
  ownFailures?: number;
  /** Replaces the step of the login that runs in its transaction. */
  proceed?: () => Promise<void>;
  /** How many failures in a row the member has if this login fails. */
  failure?: number;
}

/**
 * A login of a member with five failures. A refusal comes only after a minimum time, which the test
 * ends with `endPad`.
 */
function logInWith({ matches, isActive, isRisky, hook, deviceId, ownFailures = 0, proceed, failure = 6 }: World) {
  const statements: string[] = [];
  /** What else the login causes. */
  const effects: string[] = [];
  const effect = (name: string) => async () => void effects.push(name);
  const write = (name: string) => async () => {
    statements.push(name);
    return 1;
  };
  const repository = {
    count: async () => failure,
    delete: write('delete'),
    deleteWithin: write('delete'),
    add: write('add'),
    refund: write('refund'),
  };
  const config = { env: { HASH_QUEUE_LIMIT: 8, LOGIN_FAILURE_LIMIT: 10 } } as AppConfig;
  const throttle = new LoginThrottleService(
    config,
    repository as unknown as LoginFailuresRepository,
    new KeyRing(['secret']),
  );
  const attempts = new PasswordAttemptsService(
    idle({ findLogin: async () => ({ candidate: ADA, deviceId: deviceId ?? null }) }),
    idle({ reserve: () => ({ release: () => undefined }), verify: async () => matches }),
    throttle,
    idle({
      findFailuresAt: async () => ownFailures,
      clearFailuresAt: async ({ account, passwordVersion }: ComparedPassword) => {
        statements.push(`clear own failures of ${account} at version ${passwordVersion}`);
        throw new Error('no database');
      },
    }),
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
    effects.push('commit');
    return result;
  };
  const service = new PasswordLoginService(
    idle({ run }),
    idle({ compare, clearOwnFailures: attempts.clearOwnFailures.bind(attempts) }),
    idle({ proceed: proceed ?? (async () => (isRisky ? null : { status: 'authenticated' })) }),
    idle({ isAdmissible: async () => isActive }),
    new LoginRefusalsService(
      idle(),
      throttle,
      idle({ send: effect('mail that logins have to wait') }),
      idle({ countFailureAt: effect('count at the client address') }),
      idle({ record: async (_sql: unknown, type: string) => void effects.push(type) }),
      idle(),
      idle(),
    ),
    idle({ upgrade: effect('upgrade of the hash') }),
    idle(),
  );
  const outcome = service.login(CREDENTIALS, {}, CONTEXT).catch((error: unknown) => error);
  const subject = { account: ADA.id, deviceId: null, queueKey: `login:${CREDENTIALS.identifier}` };
  return { outcome, statements, effects, endPad, isNextWaiting: () => throttle.hasQueue(subject) };
}

const right: World = { matches: true, isActive: true, isRisky: false, hook: null };

describe('a refused login', () => {
  it.each([
    ['a wrong password', { ...right, matches: false }, []],
    // Cleared failures would show that the password was right (BF-01).
    ['a right password of a disabled account', { ...right, isActive: false }, []],
    ['a right password at a high risk', { ...right, isRisky: true, ownFailures: 5 }, []],
    ['a high risk with a token hook', { ...right, isRisky: true, hook: async () => undefined }, []],
  ])(
    'EN-05 writes everything before its minimum time ends, and only then lets the next attempt in: %s',
    async (_, world, writes) => {
      const login = logInWith(world);
      await nextTurn();
      expect([login.isNextWaiting(), login.statements]).toEqual([true, writes]);
      const effects = [...login.effects];
      expect(effects).not.toEqual([]);
      login.endPad();
      expect(await login.outcome).toMatchObject({ code: 'invalid_credentials' });
      expect(await login.outcome).toBeInstanceOf(DomainError);
      expect([login.isNextWaiting(), login.statements, login.effects]).toEqual([false, writes, effects]);
    },
  );
});

describe('a refused login with the right password', () => {
  it.each([
    ['wrong', { ...right, matches: false }],
    ['right, of a disabled account', { ...right, isActive: false }],
  ])('BF-01 does the same as a wrong one, also where the wait begins: %s', async (_, world) => {
    for (const [failure, mails] of [
      [9, []],
      [10, ['mail that logins have to wait']],
    ] as const) {
      const login = logInWith({ ...world, failure });
      login.endPad();
      expect(await login.outcome).toMatchObject({ code: 'invalid_credentials' });
      expect(login.effects).toEqual([...mails, 'count at the client address', 'login.failed']);
      expect(login.statements).toEqual([]);
    }
  });

  it('EN-05 leaves a weak hash as it is where the risk is too high or the account is disabled', async () => {
    for (const world of [
      { ...right, isRisky: true },
      { ...right, isActive: false },
    ]) {
      const login = logInWith(world);
      login.endPad();
      expect(await login.outcome).toMatchObject({ code: 'invalid_credentials' });
      expect(login.effects).not.toContain('upgrade of the hash');
    }
  });

  it('BF-01 counts as a failure too where the account changed during the login', async () => {
    const changed = async (): Promise<void> => {
      throw new DomainError('invalid_credentials', { detail: 'disabled during the login' });
    };
    const login = logInWith({ ...right, proceed: changed });
    login.endPad();
    expect(await login.outcome).toMatchObject({ code: 'invalid_credentials' });
    expect(login.statements).toEqual([]);
  });
});

describe('a login that does not come to its end', () => {
  it('BF-01 counts the failures again where the account changed while the token hook was asked', async () => {
    const changed = async (): Promise<void> => {
      throw new DomainError('invalid_credentials', { detail: 'disabled during the login' });
    };
    const login = logInWith({ ...right, hook: async () => undefined, proceed: changed });
    login.endPad();
    expect(await login.outcome).toMatchObject({ code: 'invalid_credentials' });
    expect(login.statements).toEqual(['delete', 'add']);
  });

  it('BF-01 leaves the earlier failures where the right password met an overloaded database', async () => {
    const overloaded = async (): Promise<void> => {
      throw new DomainError('overloaded');
    };
    const login = logInWith({ ...right, proceed: overloaded });
    login.endPad();
    expect(await login.outcome).toMatchObject({ code: 'overloaded' });
    expect(login.statements).toEqual(['refund']);
  });
});

describe('a login', () => {
  it('PW-06 upgrades a weak hash once it is accepted', async () => {
    const login = logInWith(right);
    expect(await login.outcome).toEqual({ status: 'authenticated' });
    expect(login.effects).toEqual(['commit', 'upgrade of the hash']);
  });

  it('clears the failures in its commit, and lets the next one in', async () => {
    const login = logInWith(right);
    expect(await login.outcome).toEqual({ status: 'authenticated' });
    expect([login.isNextWaiting(), login.statements]).toEqual([false, ['delete']]);
  });

  it('BF-13 clears the failures from its client address too, and succeeds where that fails', async () => {
    const login = logInWith({ ...right, ownFailures: 5 });
    expect(await login.outcome).toEqual({ status: 'authenticated' });
    expect(login.statements).toEqual(['delete', 'clear own failures of ada at version 1']);
  });

  it('BF-13 leaves those of unknown devices alone on a known device', async () => {
    const login = logInWith({ ...right, deviceId: 'laptop', ownFailures: 5 });
    expect(await login.outcome).toEqual({ status: 'authenticated' });
    expect(login.statements).toEqual(['delete']);
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
