import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../src/config/app-config.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Database } from '../../src/database/database.js';
import { PurgeService } from '../../src/maintenance/purge.service.js';
import { serverEnvironment } from '../support/server-environment.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** More than one statement of the purge removes. */
const MANY = 2_500;

/** One row for each table whose rows expire, `age` old: so long ago that it goes, or so shortly that it stays. */
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
  ['risk_notices', { device: 'unique', signal: 'new_device' }, ['noticed_at'], '367 days', '365 days'],
  ['known_networks', { network: 'unique' }, ['last_seen_at'], '181 days', '1 day'],
  ['sessions', session(), ['idle_expires_at', 'absolute_expires_at'], '25 hours', '23 hours'],
  ['revocations', {}, ['expires_at'], '1 minute', '-1 minute'],
  ['email_changes', { old_email: 'a', old_email_key: 'a', undo_digest: 'random' }, ['undo_until'], '8 days', '6 days'],
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

describe('the purge', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let purge: PurgeService;
  const memberId = randomUUID();
  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ url: database.url, poolSize: 2, timeoutSeconds: 30 }),
    ).initialize();
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: database.url, SMTP_URL: 'smtp://localhost:1' }));
    purge = new PurgeService(new Database(dataSource), config);
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
      'passkey_challenges',
      'risk_notices',
      'known_networks',
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
  const countOf = async (table: string): Promise<number> =>
    (await database.pool.query(`SELECT count(*)::int AS rows FROM ${table}`)).rows[0].rows;

  it.each(ROWS)(
    'SL-04 removes from %s what is over, and leaves the rest',
    async (table, columns, expiry, gone, kept) => {
      await insert(table, columns, expiry, gone);
      await insert(table, columns, expiry, kept);
      await purge.purge();
      expect(await countOf(table)).toBe(1);
    },
  );

  it('SL-04 removes as much as there is, not only a first batch', async () => {
    await database.pool.query(
      `INSERT INTO security_events (at, type, ip, user_agent, request_id, details)
       SELECT now() - interval '2 years', 't', '-', '', '', '{}' FROM generate_series(1, $1)`,
      [MANY],
    );
    await purge.purge();
    expect(await countOf('security_events')).toBe(1);
  });

  it('leaves a mail that is still to be sent, and an account that waits without end', async () => {
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

  it('SL-02 erases what an undeliverable mail carried once it has expired', async () => {
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

  it('knows every table, so that none grows for ever', async () => {
    const { rows } = await database.pool.query(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    // Kept with their member or session. Limits end in milliseconds since 1970, which the rows above cannot say.
    const kept = [
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
