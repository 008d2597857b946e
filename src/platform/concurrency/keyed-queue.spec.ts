import { describe, expect, it } from '@jest/globals';
import { KeyedQueue } from './keyed-queue.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('KeyedQueue', () => {
  it('runs work with the same key one after the other, first come first served', async () => {
    const queue = new KeyedQueue(10);
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await settle();
      log.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all(['a', 'b', 'c'].map((name) => queue.run('key', work(name))))).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('is busy while work with the key runs', async () => {
    const queue = new KeyedQueue(10);
    expect(queue.isBusy('key')).toBe(false);
    const work = queue.run('key', settle);
    expect([queue.isBusy('key'), queue.isBusy('another')]).toEqual([true, false]);
    await work;
    expect(queue.isBusy('key')).toBe(false);
  });

  it('does not make different keys wait for each other', async () => {
    const queue = new KeyedQueue(10);
    const stuck = queue.run('a', () => new Promise<void>(() => undefined));
    expect(await queue.run('b', async () => 'done')).toBe('done');
    void stuck;
  });

  it('runs the next work after a failure, which only the failing work reports', async () => {
    const queue = new KeyedQueue(10);
    const failing = queue.run('key', async () => Promise.reject(new Error('no')));
    const next = queue.run('key', async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('refuses work at once while too many wait, and accepts it again afterwards', async () => {
    const queue = new KeyedQueue(2);
    let finish!: () => void;
    const blocker = new Promise<void>((resolve) => (finish = resolve));
    const waiting = [queue.run('key', () => blocker), queue.run('key', async () => undefined)];
    await expect(queue.run('key', async () => undefined)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 2 });
    finish();
    await Promise.all(waiting);
    expect(await queue.run('key', async () => 'accepted')).toBe('accepted');
  });

  it('keeps a reserved slot until it is released, and ignores a second release', async () => {
    const queue = new KeyedQueue(10);
    const first = await queue.reserve('key');
    const second = queue.reserve('key');
    let isSecondIn = false;
    void second.then(() => (isSecondIn = true));
    await settle();
    expect(isSecondIn).toBe(false);
    first.release();
    first.release();
    const slot = await second;
    expect(queue.isBusy('key')).toBe(true);
    slot.release();
    expect(queue.isBusy('key')).toBe(false);
  });
});
