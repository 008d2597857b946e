import { describe, expect, it } from '@jest/globals';
import { waitUntil } from './wait-until.js';

describe('waiting until a moment', () => {
  it.each([0.3, 1.2, 4.7, 9.9])('does not end before it, %s ms from now', async (ms) => {
    const moment = performance.now() + ms;
    await waitUntil(moment);
    expect(performance.now()).toBeGreaterThanOrEqual(moment);
  });

  it('ends at once where it has passed', async () => {
    let hasEnded = false;
    const ended = waitUntil(performance.now() - 1).then(() => (hasEnded = true));
    await Promise.resolve();
    await Promise.resolve();
    expect(hasEnded).toBe(true);
    await ended;
  });
});
