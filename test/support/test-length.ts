import { jest } from '@jest/globals';

/**
 * Whether races, fuzzing and faults run in full (`npm run test:races -- --long`) or as a part of
 * `npm test`.
 */
export const IS_LONG = process.env.TEST_LENGTH === 'long';

/** A small number for every commit, the full number in the long form. */
export function howMany({ short, long }: { short: number; long: number }): number {
  return IS_LONG ? long : short;
}

/**
 * All items in the long form, a quarter of them in the short form. Neighbouring indexes get different quarters. So in a
 * test of all pairs from two lists, each item still meets a quarter of the other list.
 * @param index the place of the other item in its list
 */
export function quarterOf<T>(items: readonly T[], index: number): T[] {
  return items.filter((_, place) => IS_LONG || (place + index) % 4 === 0);
}

/**
 * For test files whose tests send many requests: minutes on a busy machine, hours in the long form.
 */
export function allowTime(): void {
  jest.setTimeout(howMany({ short: 5 * 60_000, long: 3 * 3_600_000 }));
}

/**
 * For test files whose tests or hooks start several servers one after the other, or many commands.
 */
export function allowManyStarts(): void {
  jest.setTimeout(240_000);
}
