import { jest } from '@jest/globals';

/**
 * Random numbers that can be repeated: the same seed gives the same run. Jest prints the seed with
 * `--showSeed` and accepts one with `--seed`.
 */
export class SeededRandom {
  constructor(readonly seed: number = jest.getSeed()) {
    this.state = seed >>> 0;
  }
  private state: number;

  /** A whole number below `limit` (mulberry32: short, and even enough for tests). */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** The same items in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items];
    return items.map(() => rest.splice(this.below(rest.length), 1)[0]!);
  }
}
