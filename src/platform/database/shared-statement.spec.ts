import { MessageChannel } from 'node:worker_threads';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SharedStatement } from './shared-statement.js';

describe('SharedStatement', () => {
  const runs: string[][] = [];
  const statement = new SharedStatement(async (keys: readonly string[]) => {
    runs.push([...keys]);
    if (keys.includes('broken')) throw new Error('the database is away');
    return keys.map((key) => `result of ${key}`);
  });

  beforeEach(() => {
    runs.length = 0;
  });

  it('runs once for all calls within one turn of the event loop and returns each its own result', async () => {
    const results = await Promise.all(['b', 'a', 'b'].map((key) => statement.run(key)));

    expect(runs).toEqual([['b', 'a', 'b']]);
    expect(results).toEqual(['result of b', 'result of a', 'result of b']);
  });

  it('includes calls that arrive later in the same turn', async () => {
    const first = statement.run('a');
    await new Promise((resolve) => process.nextTick(resolve));
    await Promise.all([first, statement.run('b')]);

    expect(runs).toEqual([['a', 'b']]);
  });

  it('includes calls of several I/O callbacks in the same turn', async () => {
    const results = ['a', 'b'].map(async (key) => {
      const { port1, port2 } = new MessageChannel();
      port1.postMessage('arrives in the next turn');
      await new Promise((resolve) => port2.once('message', resolve));
      port2.close();
      return statement.run(key);
    });
    await Promise.all(results);

    expect(runs).toEqual([['a', 'b']]);
  });

  it('runs again each time, without a cache', async () => {
    await statement.run('a');
    await statement.run('a');

    expect(runs).toEqual([['a'], ['a']]);
  });

  it('fails all calls of a failed batch and none after it', async () => {
    const together = await Promise.allSettled([statement.run('a'), statement.run('broken')]);

    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(statement.run('a')).resolves.toBe('result of a');
  });

  it('splits a batch that is too large', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, index) => statement.run(String(index))));

    expect(runs.map((keys) => keys.length)).toEqual([100, 100, 50]);
  });
});
