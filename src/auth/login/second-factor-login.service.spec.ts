import { describe, expect, it } from '@jest/globals';
import { LoginChallengesService } from '../../mfa/challenges/login-challenges.service.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import type { RiskOutcome } from '../../security/audit-log/security-events.js';
import { LoginCompletionService } from './login-completion.service.js';
import { LoginRefusalsService } from './login-refusals.service.js';
import { SecondFactorLoginService } from './second-factor-login.service.js';

const CHALLENGE = { id: 'challenge', memberId: 'ada', transport: 'body' };
const CONTEXT = { ip: '203.0.113.7' } as never;

/** Stands in for services without a part in the test: every method does nothing. */
const idle = <T>(methods: object = {}): T =>
  new Proxy(methods, { get: (own, name) => Reflect.get(own, name) ?? (async () => undefined) }) as T;

/** Runs the second step of a login whose factor is refused with `code`. Returns the error and the steps, commits included. */
async function refuse(code: ErrorCode, outcome: RiskOutcome = 'allow', isSpent = false) {
  const steps: string[] = [];
  const step = (name: string) => async () => void steps.push(name);
  const database = {
    transaction: async (work: (tx: unknown) => Promise<unknown>) => {
      await work({});
      steps.push('commit');
    },
  };
  const challengesRepository = {
    spend: async (_tx: unknown, id: string) => {
      steps.push(`spend ${id}`);
      return !isSpent;
    },
  };
  const auditLog = { record: async (_tx: unknown, type: string) => void steps.push(type) };
  const members = { lock: step('lock') };
  const assessWrongSecondFactor = async () => {
    steps.push('assess');
    return { outcome, riskMailQueued: outcome !== 'allow' };
  };
  const challenges = new LoginChallengesService(idle(), idle(), idle(), idle(challengesRepository), idle(), idle());
  const completion = new LoginCompletionService(
    idle(),
    idle(members),
    idle(),
    idle({ assessWrongSecondFactor }),
    idle(),
    idle(),
    idle(),
  );
  const refusals = new LoginRefusalsService(
    idle(database),
    idle(),
    idle(),
    idle(),
    idle(auditLog),
    completion,
    challenges,
  );
  const attempt = async (): Promise<never> => {
    throw new DomainError(code);
  };
  const login = new SecondFactorLoginService(
    idle(),
    idle(),
    idle({ get: async () => CHALLENGE }),
    idle({ attempt }),
    completion,
    refusals,
  );
  const request = { mfaToken: 'token', answer: '000000', isKnownOrigin: true, key: null };
  const error: unknown = await login.complete(request, CONTEXT).catch((thrown: unknown) => thrown);
  return { error, steps };
}

describe('a wrong second factor', () => {
  it.each(['code_invalid', 'passkey_invalid'] as const)('SS-06 is recorded and assessed: %s', async (code) => {
    const { error, steps } = await refuse(code, 'ask');
    expect(error).toMatchObject({ code });
    expect(steps).toEqual(['login.second_factor_failed', 'lock', 'assess', 'commit']);
  });

  it('SS-06 ends the login in the same commit where the risk is too high, and is answered as always', async () => {
    for (const isSpent of [false, true]) {
      const { error, steps } = await refuse('code_invalid', 'end', isSpent);
      expect(error).toMatchObject({ code: 'code_invalid' });
      expect(steps).toEqual(['login.second_factor_failed', 'lock', 'assess', 'spend challenge', 'commit']);
    }
  });
});

describe('a second factor that was not checked, or was right', () => {
  it('OC-10 is recorded where it was one too many, and not assessed', async () => {
    const { error, steps } = await refuse('too_many_attempts', 'end');
    expect(error).toMatchObject({ code: 'too_many_attempts' });
    expect(steps).toEqual(['login.second_factor_failed', 'commit']);
  });

  it.each(['overloaded', 'passkey_changed'] as const)('SS-06 is neither recorded nor assessed: %s', async (code) => {
    const { error, steps } = await refuse(code, 'end');
    expect(error).toMatchObject({ code });
    expect(steps).toEqual([]);
  });
});
