import { describe, expect, it } from '@jest/globals';
import { TurnTaking } from './keyed-queue.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work that takes turns', () => {
  it('runs one after the other for the same key, in the order of asking', async () => {
    const turns = new TurnTaking(10);
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await settle();
      log.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all(['a', 'b', 'c'].map((name) => turns.take('key', work(name))))).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('knows whether the next would have to wait', async () => {
    const turns = new TurnTaking(10);
    expect(turns.isTaken('key')).toBe(false);
    const work = turns.take('key', settle);
    expect([turns.isTaken('key'), turns.isTaken('another')]).toEqual([true, false]);
    await work;
    expect(turns.isTaken('key')).toBe(false);
  });

  it('does not wait for another key', async () => {
    const turns = new TurnTaking(10);
    const stuck = turns.take('a', () => new Promise<void>(() => undefined));
    expect(await turns.take('b', async () => 'done')).toBe('done');
    void stuck;
  });

  it('goes on after a failure, which only its own caller gets to see', async () => {
    const turns = new TurnTaking(10);
    const failing = turns.take('key', async () => Promise.reject(new Error('no')));
    const next = turns.take('key', async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('turns away whoever finds too many waiting, at once, and takes others in when they have gone', async () => {
    const turns = new TurnTaking(2);
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const waiting = [turns.take('key', () => gate), turns.take('key', async () => undefined)];
    await expect(turns.take('key', async () => undefined)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 2 });
    open();
    await Promise.all(waiting);
    expect(await turns.take('key', async () => 'in')).toBe('in');
  });
});
