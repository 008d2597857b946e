import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SecurityEventPartitionsRepository } from '../../src/security/audit-log/security-event-partitions.repository.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { migrate } from '../../src/platform/database/migrator.js';
import type { Tx } from '../../src/platform/database/sql.js';
import { PurgeService } from '../../src/operations/maintenance/purge.service.js';
import { openDataSource } from '../support/data-source.js';
import { eventually } from '../support/eventually.js';
import { makeErasure } from '../support/erasure.js';
import { serverEnvironment } from '../support/server-environment.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';

allowTime();

/**
 * Many times the batch size; in the long form as many rows as expire in a large installation in a
 * day.
 */
const MANY = howMany({ short: 20_000, long: 1_000_000 });
/** The most rows that one statement may delete. */
const BATCH = 1000;
/** The default of DATABASE_TIMEOUT_SECONDS: requests that wait longer get 503. */
const MAX_WAIT_MS = 3000;

/** Records the statements of jobs. */
class WatchedDatabase extends Database {
  readonly asked: { text: string; count: number; ms: number }[] = [];

  override async queryUnprepared(text: string) {
    const begun = performance.now();
    const result = await super.queryUnprepared(text);
    this.asked.push({ text, count: result.count, ms: performance.now() - begun });
    return result;
  }
}

/** Counts transactions. */
class CountingDatabase extends Database {
  transactions = 0;

  override async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.transactions += 1;
    return super.transaction(work);
  }
}

/**
 * One row per table whose rows expire, with an age at which it is deleted and one at which it is
 * kept.
 */
const ROWS: [table: string, columns: Record<string, unknown>, expiry: string[], gone: string, kept: string][] = [
  ['sign_ups', signUp(), ['expires_at'], '25 hours', '23 hours'],
  [
    'proof_requests',
    { purpose: 'find-login-id', email_key: 'a' },
    ['code_expires_at', 'link_expires_at'],
    '8 days',
    '6 days',
  ],
  ['reset_grants', { password_version: 1 }, ['expires_at'], '25 hours', '23 hours'],
  ['devices', { token_digest: 'random' }, ['last_seen_at'], '401 days', '399 days'],
  ['mfa_challenges', { password_version: 1, transport: 'body' }, ['expires_at'], '25 hours', '23 hours'],
  ['passkey_challenges', { digest: 'random', purpose: 'login' }, ['expires_at'], '1 minute', '-1 minute'],
  [
    'social_requests',
    { id_digest: 'random', provider: 'google', state_digest: 'random', sealed: 'random', redirect_uri: '' },
    ['expires_at'],
    '1 minute',
    '-1 minute',
  ],
  ['social_sign_ups', { id_digest: 'random', sealed: 'random' }, ['expires_at'], '1 minute', '-1 minute'],
  [
    'invitations',
    { email: '', email_key: 'unique', role: 'member', locale: 'en' },
    ['expires_at'],
    '31 days',
    '29 days',
  ],
  [
    'imported_claims',
    {
      ...{ login_id: 'unique', email: '', email_key: 'unique', password_hash: '' },
      ...{ locale: 'en', created_at: '2020-01-02' },
    },
    ['imported_at'],
    '367 days',
    '365 days',
  ],
  ['provider_grants', { provider: 'apple', subject: 'unique' }, ['obtained_at'], '9 days', '7 days'],
  [
    'provider_revocations',
    { provider: 'apple', subject: 'unique', status: 'sent' },
    ['created_at'],
    '31 days',
    '29 days',
  ],
  ['risk_notices', { device: 'unique', signal: 'new_device' }, ['noticed_at'], '367 days', '365 days'],
  ['known_networks', { network: 'unique' }, ['last_seen_at'], '181 days', '1 day'],
  ['sessions', session(), ['idle_expires_at', 'absolute_expires_at'], '25 hours', '23 hours'],
  ['revocations', {}, ['expires_at'], '1 minute', '-1 minute'],
  ['refresh_counts', { rotated: '1', replayed: '0', refused: '0' }, ['minute'], '33 days', '31 days'],
  ['email_changes', { old_email: 'a', old_email_key: 'a', undo_digest: 'random' }, ['undo_until'], '8 days', '6 days'],
  [
    'api_keys',
    { name: 'a', scopes: '{members:read}', digest: 'random', addresses: '{}' },
    ['expires_at'],
    '366 days',
    '364 days',
  ],
  ['events', { type: 't', data: '{}' }, ['occurred_at'], '723 hours', '721 hours'], // 30 days are 720 hours
  ['not_me_reports', {}, ['reported_at'], '8 days', '6 days'],
  [
    'outbox_messages',
    { template: 't', locale: 'en', status: 'sent', message_id: 'm' },
    ['created_at'],
    '31 days',
    '29 days',
  ],
  ['login_failures', { key: 'random', account: 'random', failures: 1 }, ['updated_at'], '31 days', '29 days'],
  [
    'security_events',
    { type: 't', ip: '-', user_agent: '', request_id: '', details: '{}' },
    ['at'],
    '366 days',
    '364 days',
  ],
];
const OF_A_MEMBER = [
  'risk_notices',
  'known_networks',
  'reset_grants',
  'devices',
  'mfa_challenges',
  'sessions',
  'email_changes',
];

function signUp(): Record<string, unknown> {
  return { handle_digest: 'random', login_id: 'a', email: 'a', email_key: 'a', password_hash: 'x', locale: 'en' };
}
function session(): Record<string, unknown> {
  return { transport: 'body', user_agent: '', ip: '-' };
}

describe('purge', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let watched: WatchedDatabase;
  let purge: PurgeService;
  const memberId = randomUUID();
  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database);
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: database.url, SMTP_URL: 'smtp://localhost:1' }));
    watched = new WatchedDatabase(dataSource);
    purge = new PurgeService(watched, config);
    await database.pool.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale) VALUES ($1, 'ada', 'a@b.test', 'a@b.test', 'x', 'en')`,
      [memberId],
    );
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  async function insert(table: string, columns: Record<string, unknown>, expiry: string[], age: string): Promise<void> {
    const id = { revocations: 'session_id', login_failures: undefined, security_events: undefined }[table] ?? 'id';
    const hasId = ![
      'login_failures',
      'security_events',
      'events',
      'passkey_challenges',
      'social_requests',
      'social_sign_ups',
      'provider_grants',
      'risk_notices',
      'known_networks',
      'refresh_counts',
    ].includes(table);
    const values = {
      ...(hasId && { [id]: randomUUID() }),
      ...(OF_A_MEMBER.includes(table) && { member_id: memberId }),
      ...Object.fromEntries(
        Object.entries(columns).map(([name, value]) => [
          name,
          value === 'random' ? randomBytes(16) : value === 'unique' ? randomUUID() : value,
        ]),
      ),
    };
    const names = [...Object.keys(values), ...expiry];
    const places = [
      ...Object.keys(values).map((_, index) => `$${index + 1}`),
      ...expiry.map(() => `now() - interval '${age}'`),
    ];
    await database.pool.query(
      `INSERT INTO ${table} (${names.join()}) VALUES (${places.join()})`,
      Object.values(values),
    );
  }
  /** Inserts expired rows into the five tables that have most of them. */
  async function fillWithExpired(): Promise<void> {
    const rows = `FROM generate_series(1, ${MANY / 5})`;
    await database.pool.query(
      'DELETE FROM sessions; DELETE FROM security_events; DELETE FROM outbox_messages; DELETE FROM login_failures',
    );
    for (const text of [
      `INSERT INTO sessions (id, member_id, transport, user_agent, ip, idle_expires_at, absolute_expires_at)
       SELECT gen_random_uuid(), '${memberId}', 'body', '', '-', now() - interval '2 days', now() - interval '2 days' ${rows}`,
      `INSERT INTO security_events (at, type, ip, user_agent, request_id, details)
       SELECT now() - interval '2 years', 't', '-', '', '', '{}' ${rows}`,
      `INSERT INTO outbox_messages (id, template, locale, status, message_id, created_at)
       SELECT gen_random_uuid(), 't', 'en', 'sent', 'm', now() - interval '31 days' ${rows}`,
      `INSERT INTO rate_limits (key, points, expire) SELECT gen_random_uuid(), 1, 1 ${rows}`,
      `INSERT INTO login_failures (key, account, failures, updated_at)
       SELECT decode(md5(random()::text), 'hex'), 'a', 1, now() - interval '31 days' ${rows}`,
    ])
      await database.pool.query(text);
  }
  const EXPIRED_LEFT = `SELECT (SELECT count(*)::int FROM sessions WHERE absolute_expires_at < now()) AS sessions,
    (SELECT count(*)::int FROM security_events WHERE type = 't') AS events, (SELECT count(*)::int FROM outbox_messages) AS mails,
    (SELECT count(*)::int FROM rate_limits WHERE expire < 1000) AS limits, (SELECT count(*)::int FROM login_failures) AS failures`;

  const countOf = async (table: string): Promise<number> =>
    (await database.pool.query(`SELECT count(*)::int AS rows FROM ${table}`)).rows[0].rows;

  it.each(ROWS)('SL-04 deletes expired rows of %s and keeps the others', async (table, columns, expiry, gone, kept) => {
    await insert(table, columns, expiry, gone);
    await insert(table, columns, expiry, kept);
    await purge.purge();
    expect(await countOf(table)).toBe(1);
  });

  it('SL-04 deletes all expired rows in small batches without blocking other statements', async () => {
    await fillWithExpired();
    const begun = performance.now();
    watched.asked.length = 0;
    const [live] = (
      await database.pool.query(
        `INSERT INTO sessions (id, member_id, transport, user_agent, ip, idle_expires_at, absolute_expires_at)
         VALUES (gen_random_uuid(), $1, 'body', '', '-', 'infinity', 'infinity') RETURNING id`,
        [memberId],
      )
    ).rows;
    // Refreshes, counters and events continue at the same time.
    let isOver = false;
    const waits: number[] = [];
    const person = (async () => {
      while (!isOver) {
        const asked = performance.now();
        await database.pool.query(`UPDATE sessions SET generation = generation + 1 WHERE id = $1`, [live.id]);
        await database.pool.query(
          `INSERT INTO rate_limits (key, points, expire) VALUES ('person', 1, 9e15) ON CONFLICT (key) DO UPDATE SET points = rate_limits.points + 1`,
        );
        await database.pool.query(
          `INSERT INTO security_events (type, ip, user_agent, request_id, details) VALUES ('person', '', '', '', '{}')`,
        );
        waits.push(performance.now() - asked);
      }
    })();
    let rounds = 0;
    for (let removed = 1; removed > 0; rounds += 1) {
      const before = watched.asked.length;
      await purge.purge();
      removed = watched.asked
        .slice(before)
        .reduce((sum, { text, count }) => sum + (/^DELETE/.test(text) ? count : 0), 0);
    }
    isOver = true;
    await person;

    const { rows } = await database.pool.query(EXPIRED_LEFT);
    expect(rows).toEqual([{ sessions: 0, events: 0, mails: 0, limits: 0, failures: 0 }]);
    const { rows: kept } = await database.pool.query(
      `SELECT (SELECT generation FROM sessions WHERE id = $1) AS refreshes,
         (SELECT points FROM rate_limits WHERE key = 'person') AS counted,
         (SELECT count(*)::int FROM security_events WHERE type = 'person') AS events`,
      [live.id],
    );
    expect(kept).toEqual([{ refreshes: waits.length, counted: waits.length, events: waits.length }]);
    const seconds = (performance.now() - begun) / 1000;
    const most = (figures: number[]): number => figures.reduce((a, b) => Math.max(a, b));
    expect(most(watched.asked.map(({ count }) => count))).toBeLessThanOrEqual(BATCH);
    // A duration means something only where the suite has the machine to itself.
    if (IS_LONG) expect(most(waits)).toBeLessThan(MAX_WAIT_MS);
    const longest = Math.round(most(watched.asked.map(({ ms }) => ms)));
    const busiest = [...waits].sort((a, b) => a - b)[Math.floor(waits.length * 0.99)]!;
    process.stdout.write(
      `purge (${IS_LONG ? 'long' : 'short'} form): ${MANY} rows in ${seconds.toFixed(1)} s, ${rounds - 1} rounds of the job, ` +
        `longest statement ${longest} ms; three statements of another connection: p99 ${Math.round(busiest)} ms, longest ${Math.round(most(waits))} ms\n`,
    );
    await database.pool.query(
      `DELETE FROM security_events WHERE type = 'person'; DELETE FROM sessions; DELETE FROM rate_limits`,
    );
  });

  it('plans its statements each time: a plan for a small table would scan a large one', async () => {
    await purge.purge();
    const clients = await Promise.all([watched.pool.connect(), watched.pool.connect()]);
    try {
      for (const client of clients) {
        const { rows } = await client.query(`SELECT statement FROM pg_prepared_statements`);
        expect(rows).toEqual([]);
      }
    } finally {
      for (const client of clients) client.release();
    }
  });

  it('SL-04 finds expired rows by an index in every table', async () => {
    watched.asked.length = 0;
    await purge.purge();
    const removals = watched.asked.map(({ text }) => text).filter((text) => text.startsWith('DELETE'));
    expect(removals.length).toBeGreaterThanOrEqual(ROWS.length);
    const client = await database.pool.connect();
    try {
      // The small test tables are cheapest to scan. The test checks that an index could be used.
      await client.query('SET enable_seqscan = off');
      const whole: string[] = [];
      for (const text of removals) {
        const { rows } = await client.query(`EXPLAIN ${text}`);
        const lines = rows.map((row) => row['QUERY PLAN'] as string);
        // The subquery that finds the rows. Its plan ends where the scan by ctid that deletes them begins.
        const finding = lines.slice(lines.findIndex((line) => line.includes('InitPlan')));
        const upTo = finding.findIndex((line) => /^ {2}->/.test(line));
        if (finding.slice(0, upTo < 0 ? undefined : upTo).some((line) => line.includes('Seq Scan'))) whole.push(text);
      }
      expect(whole).toEqual([]);
    } finally {
      await client.query('RESET enable_seqscan');
      client.release();
    }
  });

  it('keeps pending mails and accounts that are blocked without end', async () => {
    await database.pool.query('DELETE FROM outbox_messages; DELETE FROM login_failures');
    await insert(
      'outbox_messages',
      { template: 't', locale: 'en', status: 'pending', message_id: 'm' },
      ['created_at'],
      '90 days',
    );
    await insert(
      'login_failures',
      { key: 'random', account: 'random', failures: 100, blocked_until: 'infinity' },
      ['updated_at'],
      '90 days',
    );
    await purge.purge();
    expect([await countOf('outbox_messages'), await countOf('login_failures')]).toEqual([1, 1]);
  });

  it('SL-04 deletes old pending revocations, which no server sends while their provider is not configured', async () => {
    await database.pool.query('DELETE FROM provider_revocations');
    const revocation = { provider: 'apple', subject: 'unique', status: 'pending' };
    await insert('provider_revocations', revocation, ['created_at'], '31 days');
    await insert('provider_revocations', revocation, ['created_at'], '29 days');
    await purge.purge();
    expect(await countOf('provider_revocations')).toBe(1);
  });

  it('EV-02 keeps an expired event that an enabled webhook still waits for, and no other', async () => {
    await database.pool.query('DELETE FROM events; DELETE FROM webhooks');
    const kinds = [
      { enabled: true, status: 'pending' },
      { enabled: false, status: 'pending' },
      { enabled: true, status: 'sent' },
    ];
    for (const { enabled, status } of kinds) {
      await database.pool.query(
        `WITH webhook AS (INSERT INTO webhooks (id, url, types, secret, sealed_by, enabled)
             VALUES (gen_random_uuid(), 'https://example.test', '{}', '', '', $1) RETURNING id),
           event AS (INSERT INTO events (type, data, occurred_at) VALUES ($2, '{}', now() - interval '40 days') RETURNING id)
         INSERT INTO event_deliveries (id, event_id, webhook_id, status)
         SELECT gen_random_uuid(), event.id, webhook.id, $3 FROM event, webhook`,
        [enabled, `${status} ${enabled}`, status],
      );
    }
    await purge.purge();
    const { rows } = await database.pool.query('SELECT type FROM events');
    expect(rows).toEqual([{ type: 'pending true' }]);
  });

  it('AC-01 keeps an accepted invitation while its member exists: the audit log may name the address', async () => {
    const accepted = { email: '', email_key: 'unique', role: 'member', locale: 'en', accepted_at: '2020-01-02' };
    await insert('invitations', { ...accepted, member_id: memberId }, ['expires_at'], '31 days');
    await purge.purge();
    const { rowCount } = await database.pool.query('DELETE FROM invitations WHERE member_id = $1', [memberId]);
    expect(rowCount).toBe(1);
  });

  it('SO-52 keeps the tokens of linked accounts, and never reads them again', async () => {
    const grant = { provider: 'apple', subject: 'linked' };
    await insert('provider_grants', grant, ['obtained_at'], '2 days');
    await database.pool.query(
      `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'apple', 'linked')`,
      [memberId],
    );
    await purge.purge();
    const { rows } = await database.pool.query(
      `SELECT obtained_at = 'infinity' AS "isKept" FROM provider_grants WHERE subject = 'linked'`,
    );
    expect(rows).toEqual([{ isKept: true }]);
  });

  it('SL-02 erases the payload of a dead mail after it has expired', async () => {
    await database.pool.query('DELETE FROM outbox_messages');
    const dead = { template: 't', locale: 'en', status: 'dead', message_id: 'm', payload: 'random' };
    await insert('outbox_messages', dead, ['expires_at'], '1 minute');
    await insert('outbox_messages', dead, ['expires_at'], '-1 minute');
    await purge.purge();
    const { rows } = await database.pool.query(
      'SELECT payload IS NULL AS erased FROM outbox_messages ORDER BY expires_at',
    );
    expect(rows).toEqual([{ erased: true }, { erased: false }]);
  });

  it('covers every table, so that none grows without limit', async () => {
    const { rows } = await database.pool.query(
      // Partitions belong to their tables.
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    );
    // Most are deleted with their member or session. rate_limits is tested elsewhere: its expiry is in
    // milliseconds since 1970.
    const kept = [
      'consents',
      'event_consumers',
      'event_deliveries', // deleted with their events
      'webhooks',
      'factor_disputes',
      'import_journal', // one short row for each imported account
      'legacy_hash_starts', // one row for each scheme and cost
      'identities',
      'members',
      'migrations',
      'proof_handles',
      'rate_limits',
      'recovery_codes',
      'totp_secrets',
      'passkeys',
      'session_countries',
    ];
    expect(rows.map(({ name }) => name)).toEqual([...ROWS.map(([table]) => table), ...kept].sort());
  });
});

describe('erasure of closed accounts', () => {
  let database: TestDatabase;
  const dataSources: DataSource[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    // The small test tables are cheapest to scan. The test checks that an index could be used.
    await database.pool.query(`ALTER DATABASE ${database.name} SET enable_seqscan = off`);
  });
  afterEach(async () => {
    for (const dataSource of dataSources.splice(0)) await dataSource.destroy();
  });
  afterAll(() => database?.drop());

  /** The job on its own connections, with a count of its transactions. */
  async function job() {
    const options = dataSourceOptions({ url: database.url, poolSize: 2, timeoutSeconds: 3 });
    const dataSource = await new DataSource(options).initialize();
    dataSources.push(dataSource);
    const counting = new CountingDatabase(dataSource);
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: database.url, SMTP_URL: 'smtp://localhost:1' }));
    const erasure = makeErasure(config, counting);
    return { erasure, counting, dataSource };
  }
  /** Accounts that were closed long ago, each with a session, a mail and the audit row of its sign-up. */
  async function closedAccounts(count: number): Promise<string[]> {
    const { rows } = await database.pool.query<{ id: string }>(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale, status, closed_at)
       SELECT id, id, id, id, 'x', 'en', 'closed', now() - interval '15 days' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1)) made
       RETURNING id`,
      [count],
    );
    const ids = rows.map(({ id }) => id);
    for (const text of [
      `INSERT INTO sessions (id, member_id, transport, user_agent, ip, idle_expires_at, absolute_expires_at, ended_at)
       SELECT gen_random_uuid(), id, 'body', '', '-', now(), now(), now() FROM unnest($1::uuid[]) AS id`,
      `INSERT INTO outbox_messages (id, template, locale, status, message_id, member_id)
       SELECT gen_random_uuid(), 't', 'en', 'sent', 'm', id FROM unnest($1::uuid[]) AS id`,
      `INSERT INTO security_events (type, ip, user_agent, request_id, details)
       SELECT 'sign-up.requested', '198.18.0.1', '', '', jsonb_build_object('loginId', id) FROM unnest($1::uuid[]) AS id`,
    ])
      await database.pool.query(text, [ids]);
    return ids;
  }
  const left = async (ids: string[]): Promise<string[]> =>
    (await database.pool.query<{ id: string }>('SELECT id FROM members WHERE id = ANY($1)', [ids])).rows.map(
      ({ id }) => id,
    );

  it('finds the rows of a member by an index in every table', async () => {
    const { rows } = await database.pool.query(
      `SELECT conrelid::regclass || '.' || attname AS column FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
       WHERE contype = 'f' AND NOT EXISTS (
         SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indisvalid AND indpred IS NULL)`,
    );
    expect(rows).toEqual([]);
    const { rows: keys } = await database.pool.query(`SELECT FROM pg_constraint WHERE contype = 'f'`);
    expect(keys.length).toBeGreaterThan(10);
  });

  it('AC-06 keeps only the address and user agent from which an administrator acted on the member', async () => {
    const [id] = await closedAccounts(1);
    await database.pool.query(
      `INSERT INTO security_events (type, member_id, actor_id, ip, user_agent, request_id, details)
       VALUES ('member.viewed', $1, gen_random_uuid(), '198.18.9.9', 'agent', '', '{"auditReason": "Ticket of Ada"}'),
         ('login.succeeded', $1, NULL, '198.18.7.7', 'agent', '', '{"newDevice": true}')`,
      [id],
    );
    const { erasure } = await job();
    await erasure.eraseDue();
    const { rows } = await database.pool.query(
      `SELECT type, ip, user_agent AS agent, details FROM security_events WHERE member_id = $1 ORDER BY id`,
      [id],
    );
    expect(rows).toEqual([
      { type: 'member.viewed', ip: '198.18.9.9', agent: 'agent', details: {} },
      { type: 'login.succeeded', ip: '', agent: '', details: {} },
    ]);
  });

  it('scans no table, including those of cascading deletes', async () => {
    const scans = `SELECT relname AS name, seq_scan AS scans FROM pg_stat_user_tables WHERE relname <> 'migrations' ORDER BY 1`;
    const deleted = async (): Promise<number> =>
      (await database.pool.query(`SELECT n_tup_del::int AS n FROM pg_stat_user_tables WHERE relname = 'members'`))
        .rows[0].n;
    const ids = await closedAccounts(25);
    const { erasure, dataSource } = await job();
    const before = await database.pool.query(scans);
    const deletedBefore = await deleted();
    await erasure.eraseDue();
    await dataSource.destroy(); // closing the connections flushes the statistics
    dataSources.length = 0;
    await eventually('the figures of the tables', async () => (await deleted()) === deletedBefore + 25 || undefined);
    expect((await database.pool.query(scans)).rows).toEqual(before.rows);
    expect(await left(ids)).toEqual([]); // not earlier: this query scans a table, which would be counted
    const { rows } = await database.pool.query(
      `SELECT DISTINCT ip, details FROM security_events WHERE member_id = ANY($1) OR type = 'sign-up.requested'`,
      [ids],
    );
    expect(rows).toEqual([{ ip: '', details: {} }]);
  });

  it('erases a few accounts per transaction', async () => {
    const { erasure, counting } = await job();
    await closedAccounts(25);
    await erasure.eraseDue();
    expect(counting.transactions).toBe(3);
  });

  it('erases the other accounts if one fails, and tries that one again in the next round', async () => {
    const { erasure } = await job();
    const ids = await closedAccounts(25);
    const stubborn = ids[12]!;
    await database.pool.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'too much hangs on it'; END $$;
       CREATE TRIGGER refuse BEFORE DELETE ON members FOR EACH ROW WHEN (OLD.id = '${stubborn}') EXECUTE FUNCTION refuse()`,
    );
    const quiet = new Set<string>();
    Logger.overrideLogger({ log: () => undefined, error: () => undefined, warn: (words: string) => quiet.add(words) });
    await erasure.eraseDue();
    Logger.overrideLogger(['warn', 'error']);
    expect(await left(ids)).toEqual([stubborn]);
    expect([...quiet]).toEqual([expect.stringContaining(stubborn)]);
    await database.pool.query('DROP TRIGGER refuse ON members');
    await erasure.eraseDue();
    expect(await left(ids)).toEqual([]);
  });

  it('skips an account that another transaction has locked', async () => {
    const { erasure } = await job();
    const ids = await closedAccounts(3);
    const client = await database.pool.connect();
    try {
      await client.query(`BEGIN`);
      await client.query(`SELECT FROM members WHERE id = $1 FOR UPDATE`, [ids[1]]);
      await erasure.eraseDue();
      expect(await left(ids)).toEqual([ids[1]]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

describe('index of sign-ups', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  const rowsOf = async (text: string): Promise<any[]> => (await database.pool.query(text)).rows;
  /** Partitions without a valid index that is attached to the index of the table. */
  const uncovered = async (): Promise<string[]> =>
    (
      await rowsOf(
        `SELECT part.inhrelid::regclass::text AS month FROM pg_inherits part WHERE inhparent = 'security_events'::regclass AND NOT EXISTS (
           SELECT FROM pg_index JOIN pg_inherits whole ON whole.inhrelid = indexrelid
           WHERE indrelid = part.inhrelid AND indisvalid AND whole.inhparent = 'security_events_sign_up'::regclass)`,
      )
    ).map(({ month }) => month as string);

  it('covers existing and later partitions', async () => {
    expect(await uncovered()).toEqual([]);
    const partitions = new SecurityEventPartitionsRepository(new Database(dataSource));
    const [later] = await partitions.findMissing(4);
    expect(await partitions.create(later!)).toBe(true);
    expect(await uncovered()).toEqual([]);
  });

  it('is completed by the migration after an interruption at any point', async () => {
    const [{ name }] = await rowsOf(`DELETE FROM migrations WHERE name LIKE 'ErasureIndexes%' RETURNING name`);
    await database.pool.query(`DROP INDEX security_events_sign_up`);
    await database.pool.query(
      `CREATE INDEX security_events_sign_up ON ONLY security_events ((details ->> 'loginId')) WHERE type = 'sign-up.requested'`,
    );
    expect((await uncovered()).length).toBeGreaterThan(3);
    expect(await migrate(dataSourceOptions({ url: database.url, poolSize: 2, timeoutSeconds: 30 }))).toEqual([name]);
    expect(await uncovered()).toEqual([]);
    const whole = `SELECT indisvalid AS "isValid" FROM pg_index WHERE indexrelid = 'security_events_sign_up'::regclass`;
    expect(await rowsOf(whole)).toEqual([{ isValid: true }]);
  });
});
