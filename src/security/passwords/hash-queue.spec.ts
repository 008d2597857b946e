import { describe, expect, it } from '@jest/globals';
import { HashQueue } from './hash-queue.js';

/** Work that ends when it is told to. */
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

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the gate before password hashing', () => {
  it('FT-09 lets as many through as it may and has the others wait their turn', async () => {
    const gate = new HashQueue(2, 10);
    const jobs = Array.from({ length: 4 }, controlled);
    const runs = jobs.map(({ work }) => gate.run(work));
    await settle();
    expect(jobs.map((job) => job.hasStarted())).toEqual([true, true, false, false]);
    jobs[1]!.end();
    await settle();
    expect(jobs.map((job) => job.hasStarted())).toEqual([true, true, true, false]);
    for (const { end } of jobs) end();
    await Promise.all(runs);
    expect(jobs[3]!.hasStarted()).toBe(true);
  });

  it('FT-09 turns away at once whoever finds the queue full', async () => {
    const gate = new HashQueue(1, 1);
    const [running, waiting] = [controlled(), controlled()];
    const runs = [gate.run(running.work), gate.run(waiting.work)];
    await expect(gate.run(async () => 1)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 2 });
    running.end();
    waiting.end();
    await Promise.all(runs);
    expect(await gate.run(async () => 2)).toBe(2);
  });

  it('FT-09 keeps a place for whoever prepares, so that those who come meanwhile are refused at once', async () => {
    const gate = new HashQueue(1, 1);
    const places = [gate.reserve(), gate.reserve()];
    expect(gate.hasRoom).toBe(false);
    expect(() => gate.reserve()).toThrow('overloaded');
    await expect(gate.run(async () => 1)).rejects.toMatchObject({ code: 'overloaded' });
    for (const place of places) {
      place.release();
      place.release(); // as where the work has run, and everything is cleared up behind it
    }
    const jobs = [controlled(), controlled()];
    const runs = jobs.map(({ work }) => gate.run(work));
    expect(gate.hasRoom).toBe(false);
    for (const { end } of jobs) end();
    await Promise.all(runs);
    expect(gate.hasRoom).toBe(true);
  });

  it('hands the place on when the work fails', async () => {
    const gate = new HashQueue(1, 1);
    const [failing, next] = [controlled(), controlled()];
    const runs = [gate.run(failing.work), gate.run(next.work)];
    failing.fail(new Error('out of memory'));
    await expect(runs[0]).rejects.toThrow('out of memory');
    next.end();
    await runs[1];
    await expect(gate.run(async () => Promise.reject(new Error('again')))).rejects.toThrow('again');
    expect(await gate.run(async () => 'still works')).toBe('still works');
  });
});
