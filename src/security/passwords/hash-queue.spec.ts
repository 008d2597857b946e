import { describe, expect, it } from '@jest/globals';
import { HashQueue } from './hash-queue.js';

/** Work that runs until the test ends it. */
function controlled() {
  let end!: () => void;
  let fail!: (error: Error) => void;
  const done = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  let started = false;
  const work = () => {
    started = true;
    return done;
  };
  return { work, end, fail, hasStarted: () => started };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue of password hashes', () => {
  it('FT-09 runs as many hashes as configured and lets the others wait in order', async () => {
    const queue = new HashQueue(2, 10);
    const jobs = Array.from({ length: 4 }, controlled);
    const runs = jobs.map(({ work }) => queue.run(work));
    await nextTurn();
    expect(jobs.map((job) => job.hasStarted())).toEqual([true, true, false, false]);
    jobs[1]!.end();
    await nextTurn();
    expect(jobs.map((job) => job.hasStarted())).toEqual([true, true, true, false]);
    for (const { end } of jobs) end();
    await Promise.all(runs);
    expect(jobs[3]!.hasStarted()).toBe(true);
  });

  it('FT-09 refuses at once with overloaded when the queue is full', async () => {
    const queue = new HashQueue(1, 1);
    const [running, waiting] = [controlled(), controlled()];
    const runs = [queue.run(running.work), queue.run(waiting.work)];
    await expect(queue.run(async () => 1)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 2 });
    running.end();
    waiting.end();
    await Promise.all(runs);
    expect(await queue.run(async () => 2)).toBe(2);
  });

  it('FT-09 counts reserved places, so that later requests are refused at once', async () => {
    const queue = new HashQueue(1, 1);
    const slots = [queue.reserve(), queue.reserve()];
    expect(queue.hasRoom).toBe(false);
    expect(() => queue.reserve()).toThrow('overloaded');
    await expect(queue.run(async () => 1)).rejects.toMatchObject({ code: 'overloaded' });
    for (const slot of slots) {
      slot.release();
      slot.release(); // as a `finally` does after the work released it
    }
    const jobs = [controlled(), controlled()];
    const runs = jobs.map(({ work }) => queue.run(work));
    expect(queue.hasRoom).toBe(false);
    for (const { end } of jobs) end();
    await Promise.all(runs);
    expect(queue.hasRoom).toBe(true);
  });

  it('starts the next job when a job fails', async () => {
    const queue = new HashQueue(1, 1);
    const [failing, next] = [controlled(), controlled()];
    const runs = [queue.run(failing.work), queue.run(next.work)];
    failing.fail(new Error('out of memory'));
    await expect(runs[0]).rejects.toThrow('out of memory');
    next.end();
    await runs[1];
    await expect(queue.run(async () => Promise.reject(new Error('again')))).rejects.toThrow('again');
    expect(await queue.run(async () => 'still works')).toBe('still works');
  });
});
