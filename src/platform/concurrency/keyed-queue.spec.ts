import { describe, expect, it } from '@jest/globals';
import { KeyedQueue } from './keyed-queue.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work that takes turns', () => {
  it('runs one after the other for the same key, in the order of asking', async () => {
    const turns = new KeyedQueue(10);
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await settle();
      log.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all(['a', 'b', 'c'].map((name) => turns.run('key', work(name))))).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('knows whether the next would have to wait', async () => {
    const turns = new KeyedQueue(10);
    expect(turns.isBusy('key')).toBe(false);
    const work = turns.run('key', settle);
    expect([turns.isBusy('key'), turns.isBusy('another')]).toEqual([true, false]);
    await work;
    expect(turns.isBusy('key')).toBe(false);
  });

  it('does not wait for another key', async () => {
    const turns = new KeyedQueue(10);
    const stuck = turns.run('a', () => new Promise<void>(() => undefined));
    expect(await turns.run('b', async () => 'done')).toBe('done');
    void stuck;
  });

  it('goes on after a failure, which only its own caller gets to see', async () => {
    const turns = new KeyedQueue(10);
    const failing = turns.run('key', async () => Promise.reject(new Error('no')));
    const next = turns.run('key', async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('turns away whoever finds too many waiting, at once, and takes others in when they have gone', async () => {
    const turns = new KeyedQueue(2);
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const waiting = [turns.run('key', () => gate), turns.run('key', async () => undefined)];
    await expect(turns.run('key', async () => undefined)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 2 });
    open();
    await Promise.all(waiting);
    expect(await turns.run('key', async () => 'in')).toBe('in');
  });
});
