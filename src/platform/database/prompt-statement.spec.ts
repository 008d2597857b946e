import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { PromptStatement } from './prompt-statement.js';

describe('PromptStatement', () => {
  let runs: { keys: string[]; end: (error?: Error) => void }[];
  let statement: PromptStatement<string>;
  beforeEach(() => {
    runs = [];
    statement = new PromptStatement(runBatch);
  });
  const runBatch = (keys: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      runs.push({ keys: [...keys], end: (error) => (error ? reject(error) : resolve()) });
    });
  const started = (): string[][] => runs.map(({ keys }) => keys);

  it('EV-01 runs the first four calls at once, and the waiting calls together as soon as one has ended', async () => {
    const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => statement.run(key));
    expect(started()).toEqual([['a'], ['b'], ['c'], ['d']]);
    runs[2]!.end();
    await calls[2];
    expect(started().slice(4)).toEqual([['e', 'f']]);
    for (const run of runs) run.end();
    await Promise.all(calls);
  });

  it('with a limit of one, runs one call, and then the waiting calls together', async () => {
    const one = new PromptStatement(runBatch, 1);
    const calls = ['a', 'b', 'c'].map((key) => one.run(key));
    expect(started()).toEqual([['a']]);
    runs[0]!.end();
    await calls[0];
    expect(started()).toEqual([['a'], ['b', 'c']]);
    runs[1]!.end();
    await Promise.all(calls);
  });

  it('fails all calls of a failed batch and none after it', async () => {
    const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => statement.run(key));
    const settled = Promise.allSettled(calls);
    runs[0]!.end();
    await calls[0];
    for (const run of runs.slice(1, 4)) run.end();
    runs[4]!.end(new Error('the database is away'));
    expect((await settled).map(({ status }) => status)).toEqual([
      ...Array.from({ length: 4 }, () => 'fulfilled'),
      ...['rejected', 'rejected'],
    ]);
    const next = statement.run('g');
    runs[5]!.end();
    await expect(next).resolves.toBeUndefined();
  });

  it('splits a batch that is too large', async () => {
    const calls = Array.from({ length: 204 }, (_, index) => statement.run(String(index)));
    for (let index = 0; index < 6; index += 1) {
      runs[index]!.end();
      await turn();
    }
    await Promise.all(calls);
    expect(started().map((keys) => keys.length)).toEqual([1, 1, 1, 1, 100, 100]);
  });
});
