import { expect, it } from '@jest/globals';
import { PasswordAttemptsService } from './password-attempts.service.js';

/** Milliseconds until the refusal of a login by a member who has to wait, or with a wrong password. */
async function msToRefusal(isBlocked: boolean): Promise<number> {
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
  const began = performance.now();
  const { untilRefusal } = await service.compare({ identifier: 'ada.lovelace', password: 'x' }, undefined, {
    ip: '203.0.113.7',
  } as never);
  await untilRefusal();
  return performance.now() - began;
}

it('EN-07 refuses a member who has to wait no sooner than a wrong password', async () => {
  for (const isBlocked of [false, true]) expect(await msToRefusal(isBlocked)).toBeGreaterThan(19);
});
