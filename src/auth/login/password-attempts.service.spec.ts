import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, it, jest } from '@jest/globals';
import { PasswordAttemptsService, type PasswordAttempt } from './password-attempts.service.js';

afterEach(() => void jest.restoreAllMocks());

/** A login by a member who has to wait, or with a wrong password. */
async function compare(isBlocked: boolean): Promise<PasswordAttempt> {
  const attempt = { isBlocked, failuresBefore: 0, decide: async () => false, release: () => undefined };
  const service = new PasswordAttemptsService(
    { findLogin: async () => ({ candidate: { id: 'ada', passwordVersion: 1 }, deviceId: null }) } as never,
    {
      reserve: () => ({ release: () => undefined }),
      verify: async () => false,
      simulateVerify: async () => undefined,
    } as never,
    { hasQueue: () => false, begin: async () => attempt } as never,
    { findFailuresAt: async () => 0, checkLoginAllowed: async () => undefined } as never,
    { waitMs: 0 } as never,
  );
  return service.compare({ identifier: 'ada.lovelace', password: 'x' }, undefined, { ip: '203.0.113.7' } as never);
}

it('EN-07 refuses a member who has to wait no sooner than a wrong password', async () => {
  const now = jest.spyOn(performance, 'now');
  for (const isBlocked of [false, true]) {
    now.mockReturnValue(1000);
    const { untilRefusal } = await compare(isBlocked);
    now.mockReturnValue(1019.9);
    let isRefused = false;
    const refusal = untilRefusal().then(() => (isRefused = true));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect([isBlocked, isRefused]).toEqual([isBlocked, false]);
    now.mockReturnValue(1020);
    await refusal;
  }
});
