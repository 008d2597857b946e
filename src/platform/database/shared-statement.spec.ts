import { beforeEach, describe, expect, it } from '@jest/globals';
import { SharedStatement } from './shared-statement.js';

describe('SharedStatement', () => {
  const runs: string[][] = [];
  const statement = new SharedStatement(async (questions: readonly string[]) => {
    runs.push([...questions]);
    if (questions.includes('broken')) throw new Error('the database is away');
    return questions.map((question) => `answer to ${question}`);
  });

  beforeEach(() => {
    runs.length = 0;
  });

  it('runs once for all who ask within one turn of the event loop, and gives each their own answer', async () => {
    const answers = await Promise.all(['b', 'a', 'b'].map((question) => statement.ask(question)));

    expect(runs).toEqual([['b', 'a', 'b']]);
    expect(answers).toEqual(['answer to b', 'answer to a', 'answer to b']);
  });

  it('waits for what the other sockets bring in the same turn', async () => {
    const first = statement.ask('a');
    await new Promise((resolve) => process.nextTick(resolve));
    await Promise.all([first, statement.ask('b')]);

    expect(runs).toEqual([['a', 'b']]);
  });

  it('runs again each time: nothing is kept', async () => {
    await statement.ask('a');
    await statement.ask('a');

    expect(runs).toEqual([['a'], ['a']]);
  });

  it('tells everybody of a failed run, and nobody after it', async () => {
    const together = await Promise.allSettled([statement.ask('a'), statement.ask('broken')]);

    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(statement.ask('a')).resolves.toBe('answer to a');
  });

  it('splits what is too much for one', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, index) => statement.ask(String(index))));

    expect(runs.map((questions) => questions.length)).toEqual([100, 100, 50]);
  });
});
