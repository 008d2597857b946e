import { describe, expect, it } from '@jest/globals';
import type { ClaimedDelivery, EventDeliveriesRepository } from './event-deliveries.repository.js';
import { WebhookQueue } from './webhook-queue.js';

const LIMIT = 20;

describe('the queue of a webhook', () => {
  const start = (waiting: number) => {
    const clock = { ms: 5000 };
    const ids = Array.from({ length: waiting }, (_, index) => index + 1);
    /** Where each claim began. */
    const begins: string[] = [];
    const deliveries = {
      claim: async (_id: string, from: string, limit: number): Promise<ClaimedDelivery[]> => {
        begins.push(from);
        const found = ids.filter((id) => id >= Number(from)).slice(0, limit);
        for (const id of found) ids.splice(ids.indexOf(id), 1);
        return found.map((id) => ({ attempts: 1, event: { id: String(id) } }) as ClaimedDelivery);
      },
    } as unknown as EventDeliveriesRepository;
    const queue = new WebhookQueue('webhook', deliveries, () => clock.ms);
    const claim = async (limit = LIMIT): Promise<number[]> =>
      (await queue.claim(limit, 0, 60, false)).map(({ event }) => Number(event.id));
    return { clock, ids, begins, claim };
  };

  it('EV-02 begins with the oldest event each time while few wait', async () => {
    const { begins, claim } = start(50);
    for (let n = 0; n < 4; n += 1) await claim();
    expect(begins).toEqual(['0', '0', '0', '0']);
  });

  it('EV-02 goes on where the last claim ended in a backlog', async () => {
    const { begins, claim } = start(1000);
    for (let n = 0; n < 13; n += 1) await claim();
    expect(begins.slice(9)).toEqual(['0', '200', '220', '240']);
  });

  it('EV-02 begins with the oldest event again two seconds later, and finds an event that it passed', async () => {
    const { clock, ids, claim } = start(1000);
    for (let n = 0; n < 12; n += 1) await claim();
    ids.unshift(7); // its member had to wait, or it committed late
    expect(await claim()).not.toContain(7);
    clock.ms += 2000;
    expect((await claim())[0]).toBe(7);
  });

  it('EV-02 finds the events that it passed in the claim that reaches the end of the backlog', async () => {
    const { ids, begins, claim } = start(250);
    for (let n = 0; n < 12; n += 1) await claim();
    ids.unshift(7, 8);
    expect(await claim()).toEqual([...Array.from({ length: 10 }, (_, index) => 241 + index), 7, 8]);
    expect(begins.slice(-2)).toEqual(['240', '0']);
    expect(await claim()).toEqual([]);
    expect(begins).toHaveLength(15);
  });
});
