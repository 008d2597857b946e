import { randomUUID } from 'node:crypto';
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { OverviewCountsService, SERIES } from '../../src/admin/overview/overview-counts.service.js';
import { OverviewService, type Overview } from '../../src/admin/overview/overview.service.js';
import { DeliveryListsRepository } from '../../src/security/events/deliveries/delivery-lists.repository.js';
import { WebhooksRepository } from '../../src/security/events/webhooks/webhooks.repository.js';
import { MailCountsRepository } from '../../src/mail/outbox/mail-counts.repository.js';
import { OutboxBacklogRepository } from '../../src/mail/outbox/outbox-backlog.repository.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { bucketsUntil } from '../../src/platform/database/buckets.js';
import { Clock } from '../../src/platform/database/clock.js';
import { Database } from '../../src/platform/database/database.js';
import { ReadReplica } from '../../src/platform/database/read-replica.js';
import { EventCountsRepository, eventCountStatement } from '../../src/security/audit-log/event-counts.repository.js';
import { signUpRequestStatement } from '../../src/security/audit-log/last-events.repository.js';
import { RefreshCountsRepository } from '../../src/sessions/refresh-counts/refresh-counts.repository.js';
import { openDataSource } from '../support/data-source.js';
import { serverEnvironment } from '../support/server-environment.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the overview', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let refreshes: RefreshCountsRepository;
  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await openDataSource(own, 3);
    refreshes = new RefreshCountsRepository(new Database(dataSource));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await own.drop();
  });

  function makeCounts(): OverviewCountsService {
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: own.url, SMTP_URL: 'smtp://localhost:1' }));
    const replica = new ReadReplica(new Database(dataSource), config);
    return new OverviewCountsService(new EventCountsRepository(replica), refreshes, new MailCountsRepository(replica));
  }

  function makeOverview(): OverviewService {
    const database = new Database(dataSource);
    return new OverviewService(
      new Clock(),
      makeCounts(),
      new OutboxBacklogRepository(database),
      new DeliveryListsRepository(database),
      new WebhooksRepository(database),
    );
  }

  const addEvents = (type: string, secondsAgo: number, count: number, details = {}) =>
    own.pool.query(
      `INSERT INTO security_events (at, type, ip, user_agent, request_id, details)
       SELECT now() - make_interval(secs => $2), $1, '', '', '', $4 FROM generate_series(1, $3)`,
      [type, secondsAgo, count, details],
    );
  /** Partitions without rows are scanned. */
  const expectNoFullScan = (plan: string): void => expect(plan).not.toMatch(/Seq Scan.* rows=(?!1 )/);
  /** The partitions that a plan reads by an index. */
  const partitionsByIndex = (plan: string): string[] => [
    ...new Set([...plan.matchAll(/Index (?:Only )?Scan .*on (security_events_\d+_\d+)/g)].map(([, name]) => name!)),
  ];
  const sumOf = ({ series }: Overview, name: string): number =>
    series.find((each) => each.name === name)!.counts.reduce((sum, count) => sum + count, 0);

  it('AC-05 counts events, refreshes and mails in the parts of the period, over all servers', async () => {
    const [now, old] = [0, 90 * 60];
    await addEvents('login.succeeded', now, 3);
    await addEvents('login.succeeded', old, 5);
    await addEvents('login.failed', now, 7, { reason: 'password' });
    const risk = (outcome: string, dryRun: boolean) => addEvents('risk.assessed', now, 1, { outcome, dryRun });
    await risk('end', false);
    await risk('end', true);
    await risk('notify', false);
    const minute = { rotated: 10, replayed: 2, refused: 1 };
    await Promise.all([refreshes.add(minute), refreshes.add(minute), refreshes.add(minute)]);
    await own.pool.query(
      `INSERT INTO outbox_messages (id, template, locale, status, message_id)
       SELECT gen_random_uuid(), 'sign-up', 'en', status, '' FROM unnest(ARRAY['sent', 'sent', 'dead', 'withheld']) AS status`,
    );
    await own.pool.query(
      `INSERT INTO webhooks (id, url, types, secret, sealed_by, failing_since, enabled_at) VALUES ($1, '', '{}', '', '', now(), now())`,
      [randomUUID()],
    );
    const hour = await makeOverview().get('hour');
    expect(hour.series.map(({ name }) => name)).toEqual(SERIES);
    expect(hour.series.map(({ counts }) => counts.length)).toEqual(SERIES.map(() => 60));
    expect(
      hour.series
        .find(({ name }) => name === 'logins')!
        .counts.slice(-2)
        .sort(),
    ).toEqual([0, 3]);
    const sums = SERIES.map((name) => [name, sumOf(hour, name)]).filter(([, sum]) => sum !== 0);
    expect(Object.fromEntries(sums)).toEqual({
      ...{ logins: 3, logins_failed: 7, ended_by_risk: 1, mails_sent: 2, mails_dead: 1 },
      ...{ refreshes: 30, refreshes_replayed: 6, refreshes_refused: 3 },
    });
    expect(hour.failingWebhooks).toBe(1);
    expect(sumOf(await makeOverview().get('day'), 'logins')).toBe(8);
    expect(sumOf(await makeOverview().get('month'), 'logins')).toBe(8);
  });

  it('AC-05 counts a past day of the month once, and recent days again', async () => {
    const DAY = 86_400;
    const counts = makeCounts();
    const logins = async (): Promise<number[]> => {
      const series = await counts.count(bucketsUntil(Date.now() / 1000, DAY, 30));
      return [...series.find(({ name }) => name === 'logins')!.counts];
    };
    await addEvents('login.succeeded', 20 * DAY, 4);
    const before = await logins();
    await addEvents('login.succeeded', 20 * DAY, 1);
    await addEvents('login.succeeded', 1 * DAY, 1);
    const after = await logins();
    const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
    expect(sum(after.slice(0, 26))).toBe(sum(before.slice(0, 26)));
    expect(sum(after.slice(26))).toBe(sum(before.slice(26)) + 1);
  });

  it('AC-05 reads the tables once for many who look at the same moment', async () => {
    const overview = makeOverview();
    const [first, second] = await Promise.all([overview.get('hour'), overview.get('hour')]);
    expect(second).toBe(first);
  });

  it('AC-05 counts an hour of a large audit log by an index, in the partition of the month alone', async () => {
    // Around the middle of the month, because early in a month its partition is nearly empty.
    const middle = new Date();
    middle.setUTCDate(15);
    await own.pool.query(
      `INSERT INTO security_events (at, type, ip, user_agent, request_id, details)
       SELECT $1::timestamptz + n * interval '20 seconds', 'login.succeeded', '', '', '', '{}' FROM generate_series(-50000, 50000) n`,
      [middle],
    );
    await own.pool.query('VACUUM ANALYZE security_events');
    const { text, values } = eventCountStatement(['login.succeeded'], bucketsUntil(middle.getTime() / 1000, 60, 60));
    const { rows } = await own.pool.query(`EXPLAIN ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expectNoFullScan(plan);
    const month = middle.toISOString().slice(0, 7).replace('-', '_');
    expect(partitionsByIndex(plan)).toEqual([`security_events_${month}`]);
  });

  it('AC-02 the last request of a sign-up is found by the index of login IDs', async () => {
    await own.pool.query(
      `INSERT INTO security_events (at, type, ip, user_agent, request_id, details)
       SELECT now() - n * interval '20 seconds', 'sign-up.requested', '', '', '', jsonb_build_object('loginId', 'ada' || n)
       FROM generate_series(1, 20000) n`,
    );
    await own.pool.query('ANALYZE security_events');
    const { text, values } = signUpRequestStatement('no-such-person');
    const { rows } = await own.pool.query(`EXPLAIN ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expectNoFullScan(plan);
    expect(plan).toMatch(/Scan (on|using) security_events_\d+_\d+_sign_up/);
    expect(plan).not.toMatch(/_type_at_id_idx|_pkey on security_events_\d/);
  });
});
