import { jest } from '@jest/globals';

/** Whether races, fuzzing and faults run in full (`npm run test:races -- --long`) or as a part of `npm test`. */
export const IS_LONG = process.env.TEST_LENGTH === 'long';

/** How many: a few for every commit, all of them in the long form. */
export function howMany({ short, long }: { short: number; long: number }): number {
  return IS_LONG ? long : short;
}

/** For a test file of which each test is many requests: minutes on a busy machine, and hours in the long form. */
export function allowTime(): void {
  jest.setTimeout(howMany({ short: 5 * 60_000, long: 3 * 3_600_000 }));
}

/** For a test file of which a test, or what comes before it, starts several servers one after the other, or calls the command line again and again. */
export function allowManyStarts(): void {
  jest.setTimeout(240_000);
}
