import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryCounters } from '../../../test/support/memory-counters.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { GuessBudgetService } from './guess-budget.service.js';
import { Limiters } from './limiters.js';

const OWNER = 'ada@example.test';
const DAY = 50;
const PER_CODE = 5;

describe('guesses of a day', () => {
  let guesses: GuessBudgetService;
  beforeEach(() => {
    const limiters = new Limiters(new MemoryCounters(), new KeyRing(['s'.repeat(32)]));
    const env = { DAILY_GUESS_LIMIT: DAY, CODE_GUESS_LIMIT: PER_CODE };
    guesses = new GuessBudgetService(limiters, { env } as unknown as AppConfig);
  });

  async function countAllowed(take: () => Promise<void>, times: number): Promise<number> {
    let allowed = 0;
    for (let time = 0; time < times; time += 1) {
      allowed += await take().then(
        () => 1,
        () => 0,
      );
    }
    return allowed;
  }

  it('BF-12 any number of wrong login IDs leaves the owner the reserved half', async () => {
    for (let id = 0; id < DAY; id += 1) await countAllowed(() => guesses.takeForPair(OWNER, `wrong${id}`), PER_CODE);
    expect(await countAllowed(() => guesses.take(OWNER), DAY)).toBe(DAY / 2);
  });

  it('BF-12 any mixture of claims and wrong login IDs leaves the owner the reserved half, too', async () => {
    for (let id = 0; id < DAY; id += 1) {
      await countAllowed(() => guesses.takeForPair(OWNER, `wrong${id}`), PER_CODE);
      await countAllowed(() => guesses.takeForClaim(OWNER, 'client', `${id}`), PER_CODE);
    }
    expect(await countAllowed(() => guesses.take(OWNER), DAY)).toBe(DAY / 2);
  });

  it('BF-07 one pair of address and login ID gets the unreserved half, then a second pair the guesses of one code', async () => {
    expect(await countAllowed(() => guesses.takeForPair(OWNER, 'ada'), 2 * DAY)).toBe(DAY / 2);
    expect(await countAllowed(() => guesses.takeForPair(OWNER, 'eve'), 2 * DAY)).toBe(PER_CODE);
  });

  it('BF-07 a pair gets nothing when the guesses of the day are used up', async () => {
    await countAllowed(() => guesses.take(OWNER), DAY);
    for (let id = 0; id < DAY; id += 1) await countAllowed(() => guesses.takeForPair(OWNER, `wrong${id}`), PER_CODE);
    expect(await countAllowed(() => guesses.takeForPair(OWNER, 'ada'), PER_CODE)).toBe(0);
  });

  it.each(['client', 'member', 'sign-up'] as const)(
    'BF-07 any number of claimants of the kind %s gets the guesses of one day, and the other kinds keep theirs',
    async (kind) => {
      let allowed = 0;
      for (let id = 0; id < DAY; id += 1)
        allowed += await countAllowed(() => guesses.takeForClaim(OWNER, kind, `${id}`), PER_CODE);
      expect(allowed).toBe(DAY);
      for (const other of (['client', 'member', 'sign-up'] as const).filter((each) => each !== kind))
        expect(await countAllowed(() => guesses.takeForClaim(OWNER, other, 'ada'), DAY)).toBe(PER_CODE);
    },
  );
});
