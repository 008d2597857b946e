import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import type { PagePosition } from '../../src/platform/database/page.js';
import { eventListStatement } from '../../src/security/audit-log/security-events.repository.js';
import { outboxListQuery, type OutboxFilter } from '../../src/mail/outbox/outbox-inspection.repository.js';
import { OutboxMessage } from '../../src/mail/outbox/outbox-message.entity.js';
import { memberListStatement } from '../../src/users/member-search.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Enough rows for the planner to avoid full scans, as it does with a million rows. */
const ROWS = 100_000;
const AFTER = { id: '00000000-0000-4000-8000-000000000000', micros: '1767225600000000' };
const LIMIT = 51;
/** One of the 2000 member ids that have events and mails. */
const MEMBER_ID = '00000000-0000-4000-8000-000000000007';

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

describe('administration lists', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const { pool } = database;
    await pool.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale, name, role, status, created_at)
       SELECT gen_random_uuid(), prefix || n, prefix || n || '@example.test', prefix || n || '@example.test', '', 'en',
         'Name ' || md5(n::text), CASE WHEN n % 20000 = 0 THEN 'admin' ELSE 'member' END,
         CASE WHEN n % 5000 = 0 THEN 'disabled' ELSE 'active' END, timestamptz '2026-01-01' - n * interval '1 minute'
       FROM (SELECT n, substr(md5(n::text), 1, 6) || '.' AS prefix FROM generate_series(1, ${ROWS}) n) rows`,
    );
    await pool.query(
      `INSERT INTO security_events (type, member_id, ip, user_agent, request_id, details, at)
       SELECT CASE WHEN n % 5000 = 0 THEN 'member.disabled' ELSE 'login.succeeded' END,
         ('00000000-0000-4000-8000-' || lpad((n % 2000)::text, 12, '0'))::uuid, '', '', '', '{}',
         timestamptz '2026-01-01' - n * interval '1 minute' FROM generate_series(1, ${ROWS}) n`,
    );
    await pool.query(
      `INSERT INTO outbox_messages (id, template, locale, status, message_id, member_id, created_at)
       SELECT gen_random_uuid(), 'sign-up', 'en', CASE WHEN n % 5000 = 0 THEN 'dead' ELSE 'sent' END, '',
         ('00000000-0000-4000-8000-' || lpad((n % 2000)::text, 12, '0'))::uuid,
         timestamptz '2026-01-01' - n * interval '1 second' FROM generate_series(1, ${ROWS}) n`,
    );
    await pool.query('ANALYZE members, security_events, outbox_messages');
  }, 240_000);
  afterAll(() => database.drop());

  /**
   * How PostgreSQL runs a list: the indexes used, whether it scans a whole table, and the rows it
   * discards.
   */
  async function planOf({ text, values }: { text: string; values: unknown[] }) {
    const { rows } = await database.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
    const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
    const all = nodes(rows[0]['QUERY PLAN'][0].Plan as Plan);
    const whole = await wholeIndexes();
    const indexes = all
      .flatMap((node) => node['Index Name'] ?? [])
      .map((name) => whole.get(name) ?? name)
      // The collation of test databases is C, where the unique indexes serve prefixes too, at the same cost.
      .map((name) => name.replace(/^members_(login_id|email_key)$/, '$&_prefix'));
    return {
      indexes: [...new Set(indexes)],
      scansAll: all.some((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] > 0),
      wasted: all.reduce((sum, node) => sum + (node['Rows Removed by Filter'] ?? 0), 0),
    };
  }

  /** Maps an index of a partition to the index of its table. */
  async function wholeIndexes(): Promise<Map<string, string>> {
    const { rows } = await database.pool.query<{ part: string; whole: string }>(
      `SELECT inhrelid::regclass::text AS part, inhparent::regclass::text AS whole
       FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid AND relkind = 'i'`,
    );
    return new Map(rows.map(({ part, whole }) => [part, whole]));
  }

  async function expectIndexed(statement: { text: string; values: unknown[] }, ...indexes: string[]): Promise<void> {
    const plan = await planOf(statement);
    expect(plan).toMatchObject({ scansAll: false });
    expect(plan.indexes.sort()).toEqual(indexes.sort());
    expect(plan.wasted).toBeLessThan(1000);
  }

  it.each([null, AFTER])('AD-01 members are read by an index, newest first, after %j', async (after) => {
    await expectIndexed(memberListStatement({}, LIMIT, after), 'members_created_at');
    await expectIndexed(memberListStatement({ status: 'active' }, LIMIT, after), 'members_created_at');
    await expectIndexed(memberListStatement({ role: 'admin' }, LIMIT, after), 'members_admins');
    await expectIndexed(memberListStatement({ status: 'disabled' }, LIMIT, after), 'members_inactive');
  });

  it('AD-01 search members by the prefix indexes of login ID, address and name', async () => {
    const { rows } = await database.pool.query<{ login_id: string }>(`SELECT login_id FROM members LIMIT 1`);
    const query = rows[0]!.login_id;
    const three = ['members_login_id_prefix', 'members_email_key_prefix', 'members_name_prefix'];
    for (const text of [query, query.slice(0, 4), 'no such member', '%', '_'])
      await expectIndexed(memberListStatement({ query: text }, LIMIT, null), ...three);
    await expectIndexed(memberListStatement({ query: `${query}@` }, LIMIT, null), 'members_email_key_prefix');
    expect((await database.pool.query(memberListStatement({ query }, LIMIT, null))).rowCount).toBe(1);
  });

  it('AD-01 events are read by an index, by member, type and time', async () => {
    const memberId = MEMBER_ID;
    const to = new Date('2025-12-01');
    const from = new Date('2025-11-30');
    const after = { id: '50000', micros: AFTER.micros };
    await expectIndexed(eventListStatement({}, LIMIT, null), 'security_events_pkey');
    await expectIndexed(eventListStatement({}, LIMIT, after), 'security_events_pkey');
    await expectIndexed(eventListStatement({ from, to }, LIMIT, null), 'security_events_pkey');
    await expectIndexed(eventListStatement({ type: 'member.disabled' }, LIMIT, null), 'security_events_type');
    await expectIndexed(
      eventListStatement({ type: 'member.disabled', from, to: new Date('2026-01-01') }, LIMIT, after),
      'security_events_type',
    );
    await expectIndexed(eventListStatement({ memberId, to }, LIMIT, null), 'security_events_member_at');
  });

  it('mails are read by an index, by state and by member', async () => {
    const options = dataSourceOptions({ url: database.url, poolSize: 1, timeoutSeconds: 120 });
    const dataSource = await new DataSource(options).initialize();
    const statement = (filter: OutboxFilter, after: PagePosition | null) => {
      const [text, values] = outboxListQuery(
        dataSource.getRepository(OutboxMessage),
        filter,
        LIMIT,
        after,
      ).getQueryAndParameters();
      return { text, values };
    };
    try {
      await expectIndexed(statement({}, null), 'outbox_messages_created_at');
      await expectIndexed(statement({ status: 'sent' }, AFTER), 'outbox_messages_created_at');
      await expectIndexed(statement({ status: 'dead' }, null), 'outbox_messages_unsent');
      await expectIndexed(statement({ memberId: MEMBER_ID }, null), 'outbox_messages_member');
    } finally {
      await dataSource.destroy();
    }
  });
});
