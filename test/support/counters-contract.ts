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

  await expectSeveralToBeTakenTogether(counters, key);

  expect(await counters.subtract(key)).toBe(false);
  await counters.add(key, WINDOW_MS);
  expect([await counters.subtract(key), await counters.subtract(key)]).toEqual([true, false]);
}

async function expectSeveralToBeTakenTogether(counters: Counters, key: string): Promise<void> {
  const [few, many, read] = ['few', 'many', 'read'].map((name) => `${key} ${name}`) as [string, string, string];
  const takes = [
    { key: few, windowMs: WINDOW_MS, limit: 3 },
    { key: read, windowMs: WINDOW_MS, limit: null },
    { key: many, windowMs: WINDOW_MS, limit: Infinity },
  ];
  const results = await Promise.all(Array.from({ length: 10 }, () => counters.takeAll(takes, 'losable')));
  const taken = results.filter(({ isTaken }) => isTaken);
  expect(taken.length).toBeGreaterThan(0);
  for (const { counts } of taken) {
    expect(counts[1]).toBeNull();
    for (const count of [counts[0]!, counts[2]!]) expect(count.msLeft > 0 && count.msLeft <= WINDOW_MS).toBe(true);
  }
  // Parallel calls may refuse one another. A refused call gives back every point that it took.
  const pointsOf = async (name: string) => (await counters.readAll([name]))[0]?.points;
  expect([await pointsOf(few), await pointsOf(many)]).toEqual([taken.length, taken.length]);
  while ((await counters.takeAll(takes)).isTaken) continue;
  expect([await pointsOf(few), await pointsOf(many), await pointsOf(read)]).toEqual([3, 3, undefined]);
  const none = await counters.takeAll([{ key: read, windowMs: WINDOW_MS, limit: 0 }]);
  expect(none).toEqual({ isTaken: false, counts: [null] });
}
