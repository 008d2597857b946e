import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { settleAll } from './settle-all.js';

describe('parts that are sent together', () => {
  it('give their results in order', async () => {
    expect(await settleAll([nextTurn('a'), 1, Promise.resolve('b')])).toEqual(['a', 1, 'b']);
  });

  it('fail with the first failure, after all have ended', async () => {
    let hasEnded = false;
    const slow = nextTurn().then(() => (hasEnded = true));
    await expect(settleAll([Promise.reject(new Error('broken')), slow])).rejects.toThrow('broken');
    expect(hasEnded).toBe(true);
  });

  it('fail with the failure that came first, whichever part it was', async () => {
    const aborted = nextTurn().then(() => Promise.reject(new Error('the transaction is aborted')));
    await expect(settleAll([aborted, Promise.reject(new Error('deadlock'))])).rejects.toThrow('deadlock');
  });
});
