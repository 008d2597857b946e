import { expect } from '@jest/globals';
import type { Counters } from '../../src/security/rate-limits/counters.js';

const WINDOW_MS = 60_000;

/** What every store of limits does. Each call uses keys of its own. */
export async function expectCountersToKeepTheirContract(counters: Counters): Promise<void> {
  const key = `contract ${process.hrtime.bigint()}`;
  const takes = await Promise.all(Array.from({ length: 10 }, () => counters.take(key, WINDOW_MS, 3)));
  expect(takes.filter(({ isTaken }) => isTaken)).toHaveLength(3);
  for (const { points, msLeft } of takes) {
    expect(points).toBeLessThanOrEqual(3);
    expect(msLeft > 0 && msLeft <= WINDOW_MS).toBe(true);
  }
  // The seven refusals have counted nothing: one refund makes room for one.
  expect(await counters.subtract(key)).toBe(true);
  expect(await counters.take(key, WINDOW_MS, 3)).toMatchObject({ isTaken: true, points: 3 });
  expect(await counters.take(key, WINDOW_MS, 3)).toMatchObject({ isTaken: false, points: 3 });
  expect(await counters.add(key, WINDOW_MS)).toMatchObject({ points: 4 });

  const counts = await counters.readAll([`${key} unknown`, key]);
  expect(counts).toEqual([null, { points: 4, msLeft: expect.any(Number) }]);
  await counters.delete(key);
  expect(await counters.readAll([key])).toEqual([null]);

  expect(await counters.subtract(key)).toBe(false);
  await counters.add(key, WINDOW_MS);
  expect([await counters.subtract(key), await counters.subtract(key)]).toEqual([true, false]);
}
