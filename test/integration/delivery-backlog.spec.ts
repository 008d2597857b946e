import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { DeliveryListsRepository, MEASURE } from '../../src/security/events/deliveries/delivery-lists.repository.js';
import { EventDeliveriesRepository } from '../../src/security/events/deliveries/event-deliveries.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { openDataSource } from '../support/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const [WEBHOOK, OTHER_WEBHOOK] = [randomUUID(), randomUUID()];
const [HOUR, DAY] = [3600, 86_400];
const LIMIT = 99;

/** A node of an executed plan, with the nodes below it. */
interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

interface Delivery {
  readonly webhookId?: string;
  readonly memberId?: string | null;
  readonly status?: 'pending' | 'sent' | 'dead';
  readonly attempts?: number;
  readonly ageSeconds?: number;
  readonly availableInSeconds?: number;
}

describe('the measured backlog of deliveries', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let lists: DeliveryListsRepository;
  let deliveries: EventDeliveriesRepository;

  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await openDataSource(own);
    lists = new DeliveryListsRepository(new Database(dataSource));
    deliveries = new EventDeliveriesRepository(new Database(dataSource));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await own.drop();
  });
  beforeEach(async () => {
    await own.pool.query(`TRUNCATE events, webhooks, event_deliveries`);
    await own.pool.query(
      `INSERT INTO webhooks (id, url, types, secret, sealed_by, enabled_at)
       SELECT id, 'https://example.test', '{}', '', '', now() - interval '9 days' FROM unnest($1::uuid[]) AS id`,
      [[WEBHOOK, OTHER_WEBHOOK]],
    );
  });

  /** Adds deliveries of new events, by default due ones of one member each. */
  async function add(delivery: Delivery, count = 1): Promise<void> {
    const { webhookId = WEBHOOK, memberId = randomUUID(), status = 'pending', attempts = 0 } = delivery;
    const { ageSeconds = 0, availableInSeconds = 0 } = delivery;
    await own.pool.query(
      `WITH event AS (INSERT INTO events (type, member_id, data) SELECT 'session.ended', $2, '{}' FROM generate_series(1, $7::int) RETURNING id)
       INSERT INTO event_deliveries (id, event_id, webhook_id, member_id, status, attempts, created_at, available_at)
       SELECT gen_random_uuid(), id, $1, $2::uuid, $3, $4, now() - make_interval(secs => $5), now() + make_interval(secs => $6) FROM event`,
      [webhookId, memberId, status, attempts, ageSeconds, availableInSeconds, count],
    );
  }
  const claim = async (webhookId: string): Promise<number> =>
    (await deliveries.claim(webhookId, '0', LIMIT, LIMIT, 60)).length;

  it('EV-02 counts no delivery as due that has to wait for an earlier one of its member', async () => {
    const ada = randomUUID();
    await add({ memberId: ada, attempts: 7, ageSeconds: 2 * DAY, availableInSeconds: HOUR });
    await add({ memberId: ada, ageSeconds: DAY }, 3);
    const { oldestSeconds, ...counts } = await lists.measure();
    expect(counts).toEqual({ due: 0, waiting: 4, dead: 0 });
    expect(oldestSeconds).toBeGreaterThanOrEqual(DAY); // the age of the three that were never attempted
    expect(oldestSeconds).toBeLessThan(2 * DAY);
    expect(await claim(WEBHOOK)).toBe(0);
  });

  it('EV-02 counts as due what may be claimed: the first delivery of each member at each webhook, and all without a member', async () => {
    const [ada, bob] = [randomUUID(), randomUUID()];
    await add({ memberId: ada, status: 'dead' });
    await add({ memberId: ada, status: 'sent' });
    await add({ memberId: ada, attempts: 1, ageSeconds: 3 * HOUR }, 2);
    await add({ memberId: ada, webhookId: OTHER_WEBHOOK, ageSeconds: 2 * HOUR }, 2);
    await add({ memberId: bob }, 2);
    await add({ memberId: null }, 2);
    const { oldestSeconds, ...counts } = await lists.measure();
    expect(counts).toEqual({ due: 5, waiting: 3, dead: 1 });
    expect(oldestSeconds).toBeGreaterThanOrEqual(2 * HOUR);
    expect(oldestSeconds).toBeLessThan(3 * HOUR);
    expect((await claim(WEBHOOK)) + (await claim(OTHER_WEBHOOK))).toBe(counts.due);
    await own.pool.query(`UPDATE webhooks SET enabled = false`);
    expect(await lists.measure()).toEqual({ due: 0, waiting: 0, dead: 0, oldestSeconds: 0 });
  });

  it('EV-02 counts no time in which the webhook was disabled', async () => {
    await add({ ageSeconds: 2 * DAY });
    expect((await lists.measure()).oldestSeconds).toBeGreaterThanOrEqual(2 * DAY);
    await own.pool.query(`UPDATE webhooks SET enabled_at = now() - make_interval(secs => $1)`, [HOUR]);
    const { due, oldestSeconds } = await lists.measure();
    expect(due).toBe(1);
    expect(oldestSeconds).toBeGreaterThanOrEqual(HOUR);
    expect(oldestSeconds).toBeLessThan(DAY);
  });

  it.each([
    ['none', []],
    ['of an empty table', ['ANALYZE']],
  ])(
    'EV-02 reads no delivery twice for a count, and no sent one for those that are due, whatever the statistics are: %s',
    async (_, steps) => {
      for (const step of steps) await own.pool.query(step);
      const ada = randomUUID();
      const [sent, pending, dead] = [4000, 3000, 200];
      await add({ memberId: ada, status: 'sent' }, sent);
      await add({ memberId: ada }, pending);
      await add({ memberId: ada, status: 'dead' }, dead);
      const { rows } = await own.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${MEASURE}`);
      const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
      const read = nodesOf(rows[0]['QUERY PLAN'][0].Plan as PlanNode)
        .filter((node) => node['Relation Name'] === 'event_deliveries')
        .map((node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']);
      expect(read).toContain(pending);
      expect(Math.max(...read)).toBeLessThanOrEqual(sent + pending + dead);
    },
  );
});
