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
    expect(queue.hasRoom()).toBe(false);
    expect(() => queue.reserve()).toThrow('overloaded');
    await expect(queue.run(async () => 1)).rejects.toMatchObject({ code: 'overloaded' });
    for (const slot of slots) {
      slot.release();
      slot.release(); // as a `finally` does after the work released it
    }
    const jobs = [controlled(), controlled()];
    const runs = jobs.map(({ work }) => queue.run(work));
    expect(queue.hasRoom()).toBe(false);
    for (const { end } of jobs) end();
    await Promise.all(runs);
    expect(queue.hasRoom()).toBe(true);
  });

  describe('BF-14 fairness between client addresses and accounts', () => {
    const EVE = { client: '203.0.113.1', account: 'eve' };
    const ADA = { client: '198.51.100.1', account: 'ada' };

    /** Runs jobs of these owners one after the other, all queued at once, and returns their order. */
    async function orderOf(...owners: (typeof EVE)[]): Promise<(typeof EVE)[]> {
      const queue = new HashQueue(1, 100);
      const order: (typeof EVE)[] = [];
      await Promise.all(owners.map((owner) => queue.run(async () => void order.push(owner), owner)));
      return order;
    }

    it.each([
      ['one account at one client address', Array(20).fill(EVE)],
      ['many accounts at one client address', Array.from({ length: 20 }, (_, n) => ({ ...EVE, account: `eve${n}` }))],
      [
        'one account at many client addresses',
        Array.from({ length: 20 }, (_, n) => ({ ...EVE, client: `203.0.113.${n}` })),
      ],
    ] as const)('a flood of %s delays another by two jobs at most', async (_, flood) => {
      expect((await orderOf(...flood, ADA)).indexOf(ADA)).toBeLessThanOrEqual(2);
    });

    it('jobs of one owner keep their order', async () => {
      const queue = new HashQueue(1, 100);
      const order: number[] = [];
      await Promise.all([0, 1, 2, 3].map((n) => queue.run(async () => void order.push(n), EVE)));
      expect(order).toEqual([0, 1, 2, 3]);
    });

    it('a flood from one client address leaves a quarter of the places to other addresses', () => {
      const queue = new HashQueue(4, 16);
      const slots = [];
      while (queue.hasRoom(EVE)) slots.push(queue.reserve(EVE));
      expect(slots).toHaveLength(15);
      expect(() => queue.reserve({ ...EVE, account: 'another' })).toThrow('overloaded');
      queue.reserve({ ...EVE, client: '203.0.113.99' }); // perhaps the owner, attacked by many clients
      for (let others = 0; others < 4; others += 1)
        queue.reserve({ client: `198.51.100.${others}`, account: `member${others}` });
      expect(queue.hasRoom()).toBe(false);
      slots[0]!.release();
      expect(queue.hasRoom(ADA)).toBe(true);
    });
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
