import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ClaimedRow, Outcome } from './attempts.js';
import { Backoff } from './backoff.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';
import type { OutboxSettings } from './outbox-queue.js';
import type { WidthSettings } from './sending-width.js';

/** Turns of the event loop: more than a claim, an answer or a record takes here. */
const TURNS = 20;
const NARROW = { max: 20, rowsPerStep: 16 };

/** An outbox in memory. Claims find rows at once; receiver and records answer when the test lets them. */
class Outbox {
  /** Rows that the receiver has and whose outcome is not recorded: what a kill would repeat. */
  readonly underWay = new Set<string>();
  readonly sent: string[] = [];
  /** The number of the lease under which each row was recorded. */
  readonly recordedLeases: number[] = [];
  recorded = 0;
  postponed = 0;
  mostUnderWay = 0;
  claims = 0;
  answers: ((signal: AbortSignal) => Promise<Outcome>) | undefined;
  records: (() => Promise<void>) | undefined;
  private waiting: string[] = [];
  private readonly leases = new Map<string, number>();
  private added = 0;
  readonly dispatcher: OutboxDispatcher<ClaimedRow>;

  /** @param isOrdered each row waits until the one before it is recorded */
  constructor(width: WidthSettings, isOrdered = false, others: Partial<OutboxSettings> = {}) {
    const breaker = new CircuitBreaker(new Backoff(60, 60));
    const settings = { rows: 'rows', width, leaseSeconds: 60, ...others };
    const queue = {
      isOrdered,
      claim: async (limit: number) => {
        this.claims += 1;
        return this.waiting.splice(0, isOrdered ? Math.min(1, limit) : limit).map(
          (id) =>
            ({
              id,
              attempts: this.leases.set(id, (this.leases.get(id) ?? 0) + 1).get(id)!,
              queuedAt: '0',
              isOverdue: false,
            }) satisfies ClaimedRow,
        );
      },
      finish: async ({ id, attempts }: ClaimedRow) => {
        await this.records?.();
        this.recordedLeases.push(attempts);
        this.underWay.delete(id);
        this.recorded += 1;
      },
      postpone: async ({ id }: ClaimedRow) => {
        this.postponed += 1;
        this.underWay.delete(id);
      },
    };
    const delivery = {
      attempt: async ({ id }: ClaimedRow, signal: AbortSignal): Promise<Outcome> => {
        this.sent.push(id);
        this.underWay.add(id);
        this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay.size);
        return this.answers ? this.answers(signal) : { kind: 'sent', server: 'works' };
      },
    };
    this.dispatcher = new OutboxDispatcher(settings, queue, delivery, breaker);
  }

  async add(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) this.waiting.push(`${(this.added += 1)}`);
    this.dispatcher.wake();
    for (let n = 0; n < TURNS; n += 1) await turn();
  }

  /** Makes a row due again that was claimed before. */
  leaseEnds(id: string): void {
    this.waiting.push(id);
  }

  async stop(): Promise<void> {
    await this.dispatcher.stop();
  }

  /** Waits until all are recorded. */
  async emptied(): Promise<void> {
    while (this.recorded < this.added) await turn();
  }
}

describe('the outbox dispatcher', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('EV-01 has one row under way while few wait, so a kill repeats one at most', async () => {
    const outbox = new Outbox(NARROW);
    for (let burst = 0; burst < 20; burst += 1) {
      await outbox.add(1 + (burst % 15));
      await outbox.emptied();
    }
    expect(outbox.mostUnderWay).toBe(1);
  });

  it('EV-01 sends more rows at once as it works through a backlog, and one at a time again after it', async () => {
    const outbox = new Outbox(NARROW);
    let most: number[] = [];
    outbox.answers = async () => {
      most.push(outbox.underWay.size);
      for (let n = 0; n < 3; n += 1) await turn();
      return { kind: 'sent', server: 'works' };
    };
    await outbox.add(1000);
    await outbox.emptied();
    for (const [index, underWay] of most.entries()) expect(underWay).toBeLessThanOrEqual(1 + Math.floor(index / 16));
    expect(outbox.mostUnderWay).toBe(20);
    most = [];
    await outbox.add(10);
    await outbox.emptied();
    expect(Math.max(...most)).toBe(1);
  });

  it('EV-01 counts an answered row as under way until it is recorded, and sends no other row in its place', async () => {
    const outbox = new Outbox(NARROW);
    let letRecord!: () => void;
    const held = new Promise<void>((resolve) => (letRecord = resolve));
    outbox.records = () => held;
    await outbox.add(100);
    expect(outbox.underWay.size).toBe(1);
    letRecord();
    await outbox.emptied();
  });

  it('EV-02 sends other rows while a receiver is slow to answer, but not while an outcome waits for its record', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const outbox = new Outbox(NARROW);
    const replies: (() => void)[] = [];
    outbox.answers = () => new Promise((resolve) => replies.push(() => resolve({ kind: 'sent', server: 'works' })));
    await outbox.add(100);
    expect(outbox.underWay.size).toBe(1);
    const sizes: number[] = [];
    for (let n = 0; n < 25; n += 1) {
      jest.advanceTimersByTime(1000);
      await outbox.add(0);
      sizes.push(outbox.underWay.size);
    }
    expect([sizes.slice(0, 4), sizes.at(-1)]).toEqual([[2, 3, 4, 5], 20]);
    // All receivers answer, but no outcome is recorded: no further row is sent.
    outbox.records = () => new Promise(() => undefined);
    for (const reply of replies.splice(0)) reply();
    await outbox.add(0);
    expect([outbox.underWay.size, replies.length]).toEqual([20, 0]);
  });

  it('EV-02 claims again after each row where rows wait for each other', async () => {
    const outbox = new Outbox({ max: 5 }, true);
    await outbox.add(30); // each claim finds one row for five slots
    await outbox.emptied();
    expect(outbox.recorded).toBe(30);
  });

  it('EV-02 begins with one at a time after a failure', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const outbox = new Outbox(NARROW);
    outbox.answers = async () =>
      outbox.sent.length < 200
        ? { kind: 'sent', server: 'works' }
        : { kind: 'postponed', reason: 'no', seconds: 60, server: 'fails' };
    await outbox.add(400);
    while (outbox.underWay.size > 0 || outbox.postponed === 0) await turn();
    expect(outbox.mostUnderWay).toBeGreaterThan(5);
    const answers: (() => void)[] = [];
    outbox.answers = () => new Promise((resolve) => answers.push(() => resolve({ kind: 'sent', server: 'works' })));
    jest.advanceTimersByTime(60_000); // the pause after the failure
    await outbox.add(0);
    expect(outbox.underWay.size).toBe(1);
    answers.shift()!();
    await outbox.add(0);
    expect(outbox.underWay.size).toBe(1);
    const stopped = outbox.stop();
    answers.shift()!();
    await stopped;
  });

  describe('with a pause between claims', () => {
    const spaced = () => {
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
      return new Outbox({ max: 5 }, false, { spacingMs: 20 });
    };

    it('sends the first row at once, and the rows of the pause by one claim', async () => {
      const outbox = spaced();
      await outbox.add(1);
      expect([outbox.recorded, outbox.claims]).toEqual([1, 1]);
      for (let n = 0; n < 3; n += 1) await outbox.add(1);
      expect([outbox.recorded, outbox.claims]).toEqual([1, 1]);
      jest.advanceTimersByTime(20);
      await outbox.add(0);
      expect([outbox.recorded, outbox.claims]).toEqual([4, 2]);
    });

    it('makes no pause while rows wait, and no claim without a wake-up', async () => {
      const outbox = spaced();
      await outbox.add(23);
      await outbox.emptied();
      const { claims } = outbox;
      jest.advanceTimersByTime(1000);
      await outbox.emptied();
      expect([outbox.recorded, outbox.claims]).toEqual([23, claims]);
    });

    it('claims nothing after its stop', async () => {
      const outbox = spaced();
      await outbox.add(1);
      await outbox.add(1);
      await outbox.stop();
      jest.advanceTimersByTime(1000);
      expect([outbox.recorded, outbox.claims]).toEqual([1, 1]);
    });
  });

  it('FT-05 MI-02 records what was sent as soon as the database is back, even after the lease', async () => {
    const outbox = new Outbox({ max: 2 }, false, { leaseSeconds: 0 });
    let failures = 0;
    outbox.records = async () => {
      if (failures++ === 0) throw Object.assign(new Error('no connection'), { code: 'ECONNREFUSED' });
    };
    await outbox.add(1);
    await outbox.emptied();
    expect([outbox.recorded, failures]).toEqual([1, 2]);
    await outbox.stop();
  });

  it('FT-03 leaves a row to another process when the stop aborts its attempt, even if the attempt ends as dead', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const outbox = new Outbox({ max: 2 });
    outbox.answers = (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ kind: 'dead', reason: 'the attempt was ended' })),
      );
    await outbox.add(1);
    const stopped = outbox.stop();
    jest.advanceTimersByTime(8000);
    await stopped;
    expect([outbox.recorded, outbox.postponed]).toEqual([0, 1]);
  });

  it('MI-02 records a row that it claims again under its new lease, and does not send it once more', async () => {
    const outbox = new Outbox({ max: 2 });
    const failing = { code: 'ECONNREFUSED' };
    let isAway = true;
    outbox.records = async () => {
      if (isAway) throw Object.assign(new Error('no connection'), failing);
    };
    await outbox.add(1);
    outbox.leaseEnds('1');
    await outbox.add(0);
    isAway = false;
    await outbox.emptied();
    expect([outbox.sent, outbox.recordedLeases]).toEqual([['1'], [2]]);
    await outbox.stop();
  });

  it('has room until it sends as many rows as it may, and none after a failure of the server or its stop', async () => {
    const outbox = new Outbox({ max: 2 });
    let answer!: (outcome: Outcome) => void;
    const held = new Promise<Outcome>((resolve) => (answer = resolve));
    outbox.answers = () => held;
    await outbox.add(1);
    expect(outbox.dispatcher.hasRoom).toBe(true);
    await outbox.add(1);
    expect(outbox.dispatcher.hasRoom).toBe(false);
    answer({ kind: 'sent', server: 'works' });
    await outbox.emptied();
    await outbox.add(0);
    expect(outbox.dispatcher.hasRoom).toBe(true);
    outbox.answers = async () => ({ kind: 'postponed', reason: 'no', seconds: 60, server: 'fails' });
    await outbox.add(1);
    expect(outbox.dispatcher.hasRoom).toBe(false);
    await outbox.stop();
    const stopped = new Outbox({ max: 2 });
    await stopped.stop();
    expect(stopped.dispatcher.hasRoom).toBe(false);
  });

  it('sends as many rows at once as it may where no steps are set, as mails are', async () => {
    const outbox = new Outbox({ max: 5 });
    let answer!: () => void;
    const held = new Promise<void>((resolve) => (answer = resolve));
    outbox.answers = () => held.then(() => ({ kind: 'sent', server: 'works' }));
    await outbox.add(100);
    expect(outbox.underWay.size).toBe(5);
    answer();
    await outbox.emptied();
  });
});
