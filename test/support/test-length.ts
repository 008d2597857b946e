/** Whether races and fuzzing run in full (`npm run test:races -- --long`) or as a part of `npm test`. */
export const IS_LONG = process.env.TEST_LENGTH === 'long';

/** How many: a few for every commit, all of them in the long form. */
export function howMany({ short, long }: { short: number; long: number }): number {
  return IS_LONG ? long : short;
}
