import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe('turns', () => {
  /** Actions that are done when told to, and what has begun and ended so far. */
  function stage() {
    const log: string[] = [];
    const finish = new Map<string, (error?: Error) => void>();
    const act = (name: string) => () =>
      new Promise<string>((resolve, reject) => {
        log.push(`${name} begins`);
        finish.set(name, (error) => {
          log.push(`${name} ends`);
          if (error) reject(error);
          else resolve(name);
        });
      });
    return { log, act, end: (name: string, error?: Error) => finish.get(name)!(error) };
  }

  it('are taken one after another by those with one key, in the order in which they came', async () => {
    const turns = new Turns();
    const { log, act, end } = stage();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => turns.take('key', act(name)));
    expect(log).toEqual(['a begins']);
    end('a');
    expect(await a).toBe('a');
    end('b');
    await b;
    end('c');
    expect(await c).toBe('c');
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('do not hold up those with other keys', async () => {
    const turns = new Turns();
    const { log, act, end } = stage();
    const a = turns.take('one', act('a'));
    const b = turns.take('other', act('b'));
    expect(log).toEqual(['a begins', 'b begins']);
    end('b');
    expect(await b).toBe('b');
    end('a');
    await a;
  });

  it('go on after one has failed, who alone is told', async () => {
    const turns = new Turns();
    const { act, end } = stage();
    const a = turns.take('key', act('a'));
    const b = turns.take('key', act('b'));
    end('a', new Error('no luck'));
    await expect(a).rejects.toThrow('no luck');
    end('b');
    expect(await b).toBe('b');
  });

  it('leave nothing behind', async () => {
    const turns = new Turns();
    await Promise.all(Array.from({ length: 10 }, (_, i) => turns.take(`key ${i % 3}`, async () => i)));
    expect(turns).toEqual(new Turns());
  });
});
