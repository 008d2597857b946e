import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../platform/config/app-config.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import type { LoginFailuresRepository } from '../security/rate-limits/login-failures.repository.js';
import { LoginThrottleService } from '../security/rate-limits/login-throttle.service.js';
import { SecondFactorThrottleService } from './second-factor-throttle.service.js';

const config = { env: { HASH_QUEUE_LIMIT: 8, MFA_FAILURE_LIMIT: 5 } } as AppConfig;

/** Makes one attempt. Returns its error, and the statements that ran after the attempt was counted. */
async function attempt(match: () => Promise<void>): Promise<{ error: unknown; statements: string[] }> {
  const statements: string[] = [];
  const repository = {
    count: async () => 1,
    delete: async () => statements.push('delete'),
    refund: async () => statements.push('refund'),
  } as unknown as LoginFailuresRepository;
  const throttle = new LoginThrottleService(config, repository, new KeyRing(['secret']));
  const subject = { memberId: 'ada', deviceId: null };
  const outcome = new SecondFactorThrottleService(config, throttle).attempt(subject, match);
  return { error: await outcome.catch((thrown: unknown) => thrown), statements };
}

const refusing = (error: Error) => async (): Promise<never> => {
  throw error;
};

describe('an attempt with a second factor', () => {
  it('clears the count where it was right', async () => {
    expect(await attempt(async () => undefined)).toEqual({ error: undefined, statements: ['delete'] });
  });

  it.each(['code_invalid', 'passkey_invalid'] as const)('OC-10 stays counted where it was wrong: %s', async (code) => {
    expect(await attempt(refusing(new DomainError(code)))).toMatchObject({ error: { code }, statements: [] });
  });

  it('OC-10 is refunded where a passkey had a right signature, or nothing was compared', async () => {
    for (const error of [new DomainError('passkey_changed'), new Error('no database')])
      expect(await attempt(refusing(error))).toEqual({ error, statements: ['refund'] });
  });
});
