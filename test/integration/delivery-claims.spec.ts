import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { CLAIM, EventDeliveriesRepository } from '../../src/security/events/deliveries/event-deliveries.repository.js';
import { WebhookQueue } from '../../src/security/events/deliveries/webhook-queue.js';
import { Database } from '../../src/platform/database/database.js';
import { openDataSource } from '../support/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const BACKLOG = 3000;
const AT_ONCE = 20;
const WEBHOOK = randomUUID();

/** A node of a plan, with the nodes below it. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

describe('claims of deliveries', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let client: PoolClient;
  let deliveries: EventDeliveriesRepository;

  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await openDataSource(own);
    deliveries = new EventDeliveriesRepository(new Database(dataSource));
    for (const table of ['events', 'event_deliveries'])
      await own.pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
    client = await own.pool.connect();
    // The plan that a connection keeps for all values.
    await client.query(`SET plan_cache_mode = force_generic_plan`);
    await client.query(`PREPARE claim AS ${CLAIM.text}`);
  });
  afterAll(async () => {
    client.release();
    await dataSource.destroy();
    await own.drop();
  });
  beforeEach(async () => {
    await own.pool.query(`TRUNCATE events, webhooks, event_deliveries`);
    await own.pool.query(
      `INSERT INTO webhooks (id, url, types, secret, sealed_by) VALUES ($1, 'https://example.test', '{}', '', '')`,
      [WEBHOOK],
    );
  });

  const addBacklog = (webhookId = WEBHOOK) =>
    own.pool.query(
      `WITH event AS (INSERT INTO events (type, member_id, data)
         SELECT 'session.ended', gen_random_uuid(), '{}' FROM generate_series(1, $2::int) RETURNING id, member_id)
       INSERT INTO event_deliveries (id, event_id, webhook_id, member_id) SELECT gen_random_uuid(), id, $1, member_id FROM event`,
      [webhookId, BACKLOG],
    );
  const claimFrom = (from: string) => `EXECUTE claim('${WEBHOOK}', 60, ${AT_ONCE}, ${AT_ONCE - 1}, ${from})`;
  const explain = async (): Promise<PlanNode> => {
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${claimFrom('0')}`);
    return rows[0]['QUERY PLAN'][0].Plan as PlanNode;
  };
  const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
  /** The number of entries that a claim reads in the index of first attempts, those of dead row versions too. */
  const entriesRead = async (from: string): Promise<number> => {
    // For up to a second, PostgreSQL's counter still includes earlier transactions of the connection.
    const counted = async (): Promise<number> => {
      const { rows } = await client.query(
        `SELECT pg_stat_get_xact_tuples_returned('event_deliveries_fresh'::regclass)::int AS entries`,
      );
      return rows[0].entries as number;
    };
    await client.query('BEGIN');
    const before = await counted();
    await client.query(claimFrom(from));
    const entries = (await counted()) - before;
    await client.query('ROLLBACK');
    return entries;
  };

  const sendAll = `UPDATE event_deliveries SET status = 'sent', attempts = 1, finished_at = now()`;
  it.each([
    ['none', []],
    ['of an empty table', ['ANALYZE']],
    ['of a table where all were sent', ['ADD', sendAll, 'ANALYZE']],
    ['of a backlog that was sent since', ['ADD', 'ADD', 'ANALYZE', sendAll]],
    [
      'of a backlog of failures that was deleted since',
      [
        ...[
          'ADD',
          'UPDATE event_deliveries SET attempts = 3',
          'ANALYZE',
          'DELETE FROM events',
          'VACUUM event_deliveries',
        ],
      ],
    ],
  ])('EV-02 follow the order of their index, whatever the statistics are: %s', async (_, steps) => {
    for (const step of steps) await (step === 'ADD' ? addBacklog(randomUUID()) : own.pool.query(step));
    await addBacklog();
    const nodes = nodesOf(await explain());
    const indexes = nodes.flatMap((node) => node['Index Name'] ?? []);
    expect(new Set(indexes.filter((name) => name.startsWith('event_deliveries')))).toEqual(
      new Set(['event_deliveries_failed', 'event_deliveries_fresh', 'event_deliveries_order', 'event_deliveries_pkey']),
    );
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
    const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
    expect(whole).not.toContain('event_deliveries');
    expect(whole).not.toContain('events');
  });

  it('EV-02 do not read the sent deliveries of a backlog again while a long transaction keeps their index entries', async () => {
    await addBacklog();
    const backup = await own.pool.connect();
    await backup.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    try {
      const claim = jest.spyOn(deliveries, 'claim');
      const queue = new WebhookQueue(WEBHOOK, deliveries, () => 0);
      for (let sent = 0; sent < BACKLOG / 2; sent += AT_ONCE)
        for (const row of await queue.claim(AT_ONCE, AT_ONCE, 60, false)) await queue.finish(row, 'sent', null);
      await own.pool.query('ANALYZE'); // as autovacuum does in such a backlog
      const from = claim.mock.lastCall![1]; // where the last claim began
      expect(await entriesRead('0')).toBeGreaterThan(BACKLOG / 2);
      expect(await entriesRead(from)).toBeLessThan(3 * AT_ONCE);
    } finally {
      await backup.query('ROLLBACK');
      backup.release();
    }
  });
});
