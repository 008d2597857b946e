import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SecurityEventPartitionsRepository } from '../../src/security/audit-log/security-event-partitions.repository.js';
import { SecurityEventsRepository } from '../../src/security/audit-log/security-events.repository.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { migrate } from '../../src/platform/database/migrator.js';
import { ReadReplica } from '../../src/platform/database/read-replica.js';
import { EventPartitionsService } from '../../src/operations/maintenance/event-partitions.service.js';
import { PurgeService } from '../../src/operations/maintenance/purge.service.js';
import { openDataSource } from '../support/data-source.js';
import { eventually } from '../support/eventually.js';
import { serverEnvironment } from '../support/server-environment.js';
import { makeAuditLog } from '../support/event-services.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const MIGRATION = 'SecurityEventPartitions1764900200000';
const CONTEXT = { ip: '198.18.0.1', userAgent: 'test', requestId: 'request', locale: 'en' } as const;

describe('the monthly partitions of the audit log', () => {
  let own: TestDatabase;
  const dataSources: DataSource[] = [];
  const warnings: unknown[] = [];
  beforeAll(() => {
    const say = () => undefined;
    Logger.overrideLogger({ log: say, error: say, warn: (words: unknown) => warnings.push(words) });
  });
  beforeEach(async () => {
    warnings.length = 0;
    own = await createTestDatabase();
  });
  afterEach(async () => {
    for (const dataSource of dataSources.splice(0)) await dataSource.destroy();
    await own.drop();
  });

  /** The services of a worker on its own connections. */
  async function worker(env: Record<string, string> = {}) {
    const dataSource = await openDataSource(own, 3);
    dataSources.push(dataSource);
    const database = new Database(dataSource);
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: own.url, SMTP_URL: 'smtp://localhost:1', ...env }));
    return {
      dataSource,
      database,
      job: new EventPartitionsService(config, new SecurityEventPartitionsRepository(database)),
      purge: new PurgeService(database, config),
      lists: new SecurityEventsRepository(database, new ReadReplica(database, config)),
    };
  }

  const rowsOf = async (text: string, values: unknown[] = []): Promise<any[]> =>
    (await own.pool.query(text, values)).rows;
  const partitions = async (): Promise<string[]> =>
    (await rowsOf(`SELECT relid::text AS name FROM pg_partition_tree('security_events') WHERE isleaf ORDER BY 1`)).map(
      ({ name }) => name as string,
    );
  /** The name of the partition of a month, given as months from now. */
  const monthName = async (months: number): Promise<string> =>
    (
      await rowsOf(
        `SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => $1), '"security_events_"YYYY_MM') AS name`,
        [months],
      )
    )[0].name;
  /** The month in which the retention ends, as months from now. */
  const monthOfRetention = async (): Promise<number> =>
    (
      await rowsOf(
        `SELECT (extract(year FROM d) * 12 + extract(month FROM d) - extract(year FROM n) * 12 - extract(month FROM n))::int AS months
         FROM (SELECT now() AT TIME ZONE 'UTC' AS n, (now() - interval '365 days') AT TIME ZONE 'UTC' AS d) times`,
      )
    )[0].months;
  /** Inserts an event in the middle of a month and returns its id and the name of its partition. */
  async function eventIn(months: number, memberId: string | null = null): Promise<{ id: string; table: string }> {
    const rows = await rowsOf(
      `INSERT INTO security_events (at, type, member_id, ip, user_agent, request_id, details)
       VALUES (date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => $1, days => 14),
         'login.succeeded', $2, '', '', '', '{}') RETURNING id, tableoid::regclass::text AS table`,
      [months, memberId],
    );
    return rows[0];
  }
  const whereIs = async (id: string): Promise<string[]> =>
    (await rowsOf(`SELECT tableoid::regclass::text AS table FROM security_events WHERE id = $1`, [id])).map(
      ({ table }) => table as string,
    );
  async function makeMonth(months: number): Promise<string> {
    const name = await monthName(months);
    const bound = `date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`;
    const [{ since, until }] = await rowsOf(
      `SELECT (${bound} + make_interval(months => $1))::text AS since, (${bound} + make_interval(months => $1 + 1))::text AS until`,
      [months],
    );
    await own.pool.query(
      `CREATE TABLE ${name} PARTITION OF security_events FOR VALUES FROM ('${since}') TO ('${until}')`,
    );
    return name;
  }

  it('exist on a new installation for this month and three more, with a default partition', async () => {
    const months = await Promise.all([0, 1, 2, 3].map(monthName));
    expect(await partitions()).toEqual([...months, 'security_events_default']);
    const { table } = await eventIn(0);
    expect(table).toBe(months[0]);
  });

  it('are created by the job before they begin, and only once', async () => {
    const { job } = await worker();
    const before = await partitions();
    await job.maintain();
    expect(await partitions()).toEqual(before);
    await own.pool.query(`DROP TABLE ${await monthName(2)}, ${await monthName(3)}`);
    await job.maintain();
    expect(await partitions()).toEqual(before);
    await job.maintain();
    expect(await partitions()).toEqual(before);
  });

  it('are created by two workers at the same moment without conflicts', async () => {
    const workers = [await worker(), await worker()];
    const before = await partitions();
    await own.pool.query(`DROP TABLE ${await monthName(1)}, ${await monthName(2)}, ${await monthName(3)}`);
    await Promise.all(workers.map(({ job }) => job.maintain()));
    // A partition that each worker left to the other is created in the next round.
    await Promise.all(workers.map(({ job }) => job.maintain()));
    expect(await partitions()).toEqual(before);
    expect(warnings).toEqual([]);
  });

  it('refuse no event if the job is late; events of the default partition are moved later and listed once', async () => {
    const { job, lists, database } = await worker();
    const memberId = randomUUID();
    const [current, next] = [await monthName(0), await monthName(1)];
    await own.pool.query(`DROP TABLE ${current}, ${next}`);
    await makeAuditLog(database).record(
      database,
      'login.succeeded',
      { memberId, context: CONTEXT },
      { newDevice: false },
    );
    const later = await eventIn(1, memberId);
    expect(later.table).toBe('security_events_default');
    await job.maintain();
    const listed = await lists.listOfMember(memberId, 10, null);
    expect(listed.map(({ id }) => id)).toEqual([later.id, expect.any(String)]);
    expect(await whereIs(later.id)).toEqual([next]);
    expect(await whereIs(listed[1]!.id)).toEqual([current]);
  });

  it('are not created if too many events would have to be moved, and the next month is created all the same', async () => {
    const { job } = await worker();
    const [current, next] = [await monthName(0), await monthName(1)];
    await own.pool.query(`DROP TABLE ${current}, ${next}`);
    await own.pool.query(
      `INSERT INTO security_events (type, ip, user_agent, request_id, details) SELECT 't', '', '', '', '{}' FROM generate_series(1, 10001)`,
    );
    await job.maintain();
    expect(await partitions()).not.toContain(current);
    expect(await partitions()).toContain(next);
  });

  it('are not created while a long read holds a lock, and are created in a later round', async () => {
    const { job } = await worker();
    const last = await monthName(3);
    await own.pool.query(`DROP TABLE ${last}`);
    const reader = await own.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT FROM security_events LIMIT 1');
    try {
      await job.maintain(); // ends before the reader does: the job gives up its wait for the lock
      expect(await partitions()).not.toContain(last);
      await reader.query('COMMIT');
    } finally {
      reader.release();
    }
    await job.maintain();
    expect(await partitions()).toContain(last);
  });

  it('SL-04 are dropped when their last event is older than the retention, and not earlier', async () => {
    const { job } = await worker();
    const boundary = await monthOfRetention();
    const [over, kept] = [await makeMonth(boundary - 1), await makeMonth(boundary)];
    const [old, young] = [await eventIn(boundary - 1), await eventIn(boundary)];
    expect([old.table, young.table]).toEqual([over, kept]);
    await job.maintain();
    expect(await partitions()).not.toContain(over);
    expect(await whereIs(old.id)).toEqual([]);
    expect(await whereIs(young.id)).toEqual([kept]);
    await job.maintain();
    expect(await partitions()).toContain(kept);
  });

  it('AC-06 keep what administrators and API keys read and did for two years under PRIVACY_PROFILE=kr', async () => {
    const boundary = await monthOfRetention();
    const month = await makeMonth(boundary - 2);
    const ofMember = await eventIn(boundary - 2);
    const [ofAdmin, ofKey] = [await eventIn(boundary - 2), await eventIn(boundary - 2)];
    await own.pool.query(`UPDATE security_events SET actor_id = gen_random_uuid() WHERE id = $1`, [ofAdmin.id]);
    await own.pool.query(`UPDATE security_events SET api_key_id = gen_random_uuid() WHERE id = $1`, [ofKey.id]);
    const kr = await worker({ PRIVACY_PROFILE: 'kr' });
    await kr.job.maintain();
    await kr.purge.purge();
    const left = async (): Promise<unknown[]> =>
      Promise.all([ofMember, ofAdmin, ofKey].map(async ({ id }) => (await whereIs(id)).length));
    expect([await left(), (await partitions()).includes(month)]).toEqual([[0, 1, 1], true]);
    // Without the profile, access records have the usual retention, so they are deleted too.
    const { job } = await worker();
    await job.maintain();
    expect([await left(), (await partitions()).includes(month)]).toEqual([[0, 0, 0], false]);
  });

  it('AC-06 lose access records after two years', async () => {
    const { purge } = await worker({ PRIVACY_PROFILE: 'kr' });
    await own.pool.query(
      `INSERT INTO security_events (at, type, actor_id, ip, user_agent, request_id, details)
       SELECT now() - make_interval(days => days), 'member.viewed', gen_random_uuid(), '', '', '', '{}' FROM unnest(ARRAY[730, 731]) AS days`,
    );
    await purge.purge();
    expect(await rowsOf(`SELECT extract(day FROM now() - at)::int AS days FROM security_events`)).toEqual([
      { days: 730 }, // kept, because two years with a leap day have 731 days
    ]);
  });

  it('SL-04 lose expired events row by row while other events of the month are kept', async () => {
    const { purge } = await worker();
    const months = await monthOfRetention();
    const name = await makeMonth(months);
    const boundary = `date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '${months} months'`;
    await own.pool.query(
      `INSERT INTO security_events (at, type, ip, user_agent, request_id, details)
       SELECT ${boundary} + n * interval '1 hour', 't', '', '', '', '{}' FROM generate_series(0, 27 * 24) n`,
    );
    await purge.purge();
    const [{ old, young }] = await rowsOf(
      `SELECT count(*) FILTER (WHERE at < now() - interval '365 days')::int AS old, count(*) FILTER (WHERE at >= now() - interval '365 days')::int AS young FROM ${name}`,
    );
    const [{ expected }] = await rowsOf(
      `SELECT count(*)::int AS expected FROM generate_series(0, 27 * 24) n WHERE ${boundary} + n * interval '1 hour' >= now() - interval '365 days'`,
    );
    expect([old, young]).toEqual([0, expected]);
  });

  it('are read as one list: pages across months contain every event once', async () => {
    const { lists } = await worker();
    const memberId = randomUUID();
    await makeMonth(-1);
    const ids: string[] = [];
    // Two events from before the partitions, and some in each of three months.
    for (const months of [-3, -2, -1, -1, 0, 0, 1]) ids.unshift((await eventIn(months, memberId)).id);
    const seen: string[] = [];
    for (let before: string | null = null; ; before = seen.at(-1)!) {
      const page = await lists.listOfMember(memberId, 2, before);
      seen.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
    }
    expect(seen).toEqual(ids);

    const all: string[] = [];
    for (let after: { id: string; micros: string } | null = null; ;) {
      const page: { id: string; micros: string }[] = await lists.list({ memberId }, 2, after);
      all.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
      after = page.at(-1)!;
    }
    expect(all).toEqual(ids);
  });

  it('keep no personal data of an erased member in any month', async () => {
    const { database } = await worker();
    const memberId = randomUUID();
    await makeMonth(-1);
    for (const months of [-3, -1, 0, 1]) await eventIn(months, memberId);
    await own.pool.query(`UPDATE security_events SET ip = '198.18.0.1', user_agent = 'hers' WHERE member_id = $1`, [
      memberId,
    ]);
    await database.transaction((tx) =>
      makeAuditLog(database).anonymise(tx, [{ id: memberId, loginId: 'ada', emailKeys: [] }]),
    );
    expect(
      await rowsOf(`SELECT DISTINCT ip, user_agent FROM security_events WHERE member_id = $1`, [memberId]),
    ).toEqual([{ ip: '', user_agent: '' }]);
  });

  describe('of an installation with existing events', () => {
    /** The statements of the previous version, word for word. */
    const INSERT = `INSERT INTO security_events (type, member_id, session_id, actor_id, ip, user_agent, request_id, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
    const LIST = `SELECT id, at, type FROM security_events WHERE member_id = $1 AND id < coalesce($3::bigint, 9223372036854775807) ORDER BY id DESC LIMIT $2`;
    const PURGE = `DELETE FROM security_events WHERE id IN (SELECT id FROM security_events WHERE at < now() - interval '31536000 seconds' LIMIT 1000 FOR UPDATE SKIP LOCKED)`;

    /** Restores the schema of the previous version and adds more than a year of events. */
    async function goBack(): Promise<void> {
      const { dataSource } = await worker();
      const isThere = async () => (await rowsOf(`SELECT FROM migrations WHERE name = $1`, [MIGRATION])).length > 0;
      while (await isThere()) await dataSource.undoLastMigration({ transaction: 'each' });
      await own.pool.query(
        `INSERT INTO security_events (at, type, ip, user_agent, request_id, details)
         SELECT now() - n * interval '2 hours', 'login.succeeded', '', '', '', '{}' FROM generate_series(1, 5000) n`,
      );
    }

    it('MI-03 are created while the previous version writes, reads and deletes: no request fails, no row is copied or lost', async () => {
      await goBack();
      const [{ file }] = await rowsOf(`SELECT pg_relation_filenode('security_events') AS file`);
      const memberId = randomUUID();
      let written = 0;
      let isOver = false;
      const failures: string[] = [];
      const loop = async (text: string, values: unknown[], then: () => void = () => undefined): Promise<void> => {
        const client = await own.pool.connect();
        while (!isOver)
          await client
            .query({ name: 'as-servers-do', text, values })
            .then(then, (error: Error) => failures.push(error.message));
        client.release();
      };
      const event = ['login.succeeded', memberId, null, null, '198.18.0.1', 'test', 'request', '{}'];
      const servers = [loop(INSERT, event, () => (written += 1)), loop(LIST, [memberId, 50, null]), loop(PURGE, [])];
      // While a backup runs, the migration retries until the backup ends, and requests continue.
      const backup = await own.pool.connect();
      try {
        await backup.query('BEGIN; LOCK TABLE security_events IN ACCESS SHARE MODE');
        const migrated = migrate(dataSourceOptions({ url: own.url, poolSize: 2, timeoutSeconds: 30 }));
        await eventually('the migration waits', async () => {
          const waiting = await rowsOf(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'munjigi-migrate' AND wait_event_type = 'Lock'`,
          );
          return waiting.length > 0 || undefined;
        });
        const sofar = written;
        await eventually('events are still written', async () => written > sofar + 10 || undefined);
        await backup.query('COMMIT');
        expect(await migrated).toContain(MIGRATION);
        const atEnd = written;
        await eventually('events are written afterwards', async () => written > atEnd + 10 || undefined);
      } finally {
        isOver = true;
        backup.release();
        await Promise.all(servers);
      }

      expect(failures).toEqual([]);
      const [{ events, ids, kept, oldest }] = await rowsOf(
        `SELECT count(*) FILTER (WHERE member_id = $1)::int AS events, (count(*) - count(DISTINCT id))::int AS ids,
           count(*) FILTER (WHERE member_id IS NULL)::int AS kept, min(at) > now() - interval '366 days' AS oldest FROM security_events`,
        [memberId],
      );
      expect([events, ids, kept, oldest]).toEqual([written, 0, 365 * 12 - 1, true]);
      expect((await rowsOf(`SELECT pg_relation_filenode('security_events_past') AS file`))[0].file).toBe(file);
      expect(await partitions()).toEqual([
        ...[await monthName(2), await monthName(3)],
        ...['security_events_default', 'security_events_past'],
      ]);
    });

    it('keep the old table until all its events have expired, and drop it as a whole', async () => {
      await goBack();
      const { job } = await worker();
      await migrate(dataSourceOptions({ url: own.url, poolSize: 2, timeoutSeconds: 30 }));
      await job.maintain();
      expect(await partitions()).toContain('security_events_past');
      // Simulates that years have passed: the end of the old table is long ago.
      await own.pool.query('ALTER TABLE security_events DETACH PARTITION security_events_past');
      await own.pool.query('TRUNCATE security_events_past');
      await own.pool.query(
        `ALTER TABLE security_events ATTACH PARTITION security_events_past FOR VALUES FROM (MINVALUE) TO ('2020-01-01 00:00+00')`,
      );
      await job.maintain();
      expect(await partitions()).not.toContain('security_events_past');
    });

    it('are created by a second attempt after an interruption', async () => {
      await goBack();
      await own.pool.query(`CREATE UNIQUE INDEX security_events_past_key ON security_events (at, id)`);
      await own.pool.query(
        `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'security_events_past_key'::regclass`,
      );
      await own.pool.query(
        `ALTER TABLE security_events ADD CONSTRAINT security_events_past_bound CHECK (at < '2100-01-01') NOT VALID`,
      );
      await migrate(dataSourceOptions({ url: own.url, poolSize: 2, timeoutSeconds: 30 }));
      expect(await partitions()).toContain('security_events_past');
      expect((await rowsOf(`SELECT count(*)::int AS events FROM security_events`))[0].events).toBe(5000);
      expect((await eventIn(0)).table).toBe('security_events_past');
    });
  });
});
