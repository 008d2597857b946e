import { expect, it } from '@jest/globals';
import { Backoff } from './backoff.js';

it('FT-04 the backoff doubles up to its maximum, with jitter of half its length', () => {
  const seconds = (random: number) =>
    [1, 2, 3, 4, 20, 200].map((attempts) => new Backoff(5, 900, () => random).after(attempts));
  const [longest, shortest] = [seconds(1), seconds(0)];
  expect(longest).toEqual([5, 10, 20, 40, 900, 900]);
  expect(shortest).toEqual([2.5, 5, 10, 20, 450, 450]);
});
