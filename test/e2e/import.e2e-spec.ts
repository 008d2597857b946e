import { spawn, spawnSync } from 'node:child_process';
import { createHash, pbkdf2Sync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hash } from '@node-rs/argon2';
import bcrypt from 'bcrypt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { LegacyHashKindsRepository } from '../../src/users/legacy-hash-kinds.repository.js';
import { givenApiKey } from '../support/api-keys.js';
import { munjigi, munjigiOnFullDisk, type Outcome } from '../support/command-line.js';
import { hasPythonModules, PYTHON, skipNotice } from '../support/debian-server.js';
import { given, unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { eventually } from '../support/eventually.js';
import { serverEnvironment } from '../support/server-environment.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';
import { allowTime, howMany } from '../support/test-length.js';

allowTime();

const PASSWORD = 'correct horse 7 battery';
/** Above the least cost that an import accepts, so that a hash of that cost is upgraded. */
const COST = { ARGON2_MEMORY_KIB: '2048' };
/** Made by passlib. */
const SHA_CRYPT =
  '$6$rounds=1000$nacl$DYZqbiJFUMSWrLc8jpBIofd9QouCITAyDlUNwvcjOJGX37Lhb2RZH0yhy63T5cQTyOL/RP6z8XDEUKgrWQegM0';
const directory = mkdtempSync(path.join(tmpdir(), 'import-'));
const rejectedFile = path.join(directory, 'rejected.jsonl');
let app: TestApp;
let passwordHash: string;
let files = 0;
/** Declares the attribute `plan`, for the server and for the test that imports with this declaration. */
const attributes = write(JSON.stringify({ plan: { schema: { type: 'string' }, member: 'hidden' } }));

beforeAll(async () => {
  app = await TestApp.start({ env: { ...COST, MEMBER_ATTRIBUTES: attributes } });
  passwordHash = await hash(PASSWORD, { memoryCost: 1024, timeCost: 1, parallelism: 1 });
});
afterAll(async () => {
  await app.stop();
  rmSync(directory, { recursive: true });
});

function write(content: string): string {
  const file = path.join(directory, `file-${(files += 1)}`);
  writeFileSync(file, content);
  return file;
}

const jsonl = (...rows: object[]) => write(rows.map((row) => JSON.stringify(row)).join('\n'));

const importFile = (file: string, args: string[] = [], database: TestDatabase = app.database): Promise<Outcome> =>
  munjigi(
    // The last value of an option counts, so `args` can replace these.
    ['import', '--from', 'jsonl', '--file', file, '--rejected', rejectedFile, ...args],
    { ...COST, DATABASE_URL: database.url },
  );

/** Rows that the last import refused. */
const refused = (): unknown[] =>
  readFileSync(rejectedFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const login = (identifier: string) => app.post('/api/auth/login', { identifier, password: PASSWORD });
// Each test starts without the journal and the linked accounts of the tests before.
afterEach(() => app.database.pool.query('TRUNCATE import_journal; DELETE FROM identities'));

describe('munjigi import', () => {
  it('IM-10 IM-12 brings members in who log in with their old password, and keeps status and date', async () => {
    const file = jsonl(
      {
        id: '1',
        loginId: 'Ada.One',
        email: 'Ada1@Example.com',
        emailVerified: true,
        passwordHash,
        createdAt: '2020-01-02T03:04:05Z',
      },
      { id: '2', email: 'off1@example.com', emailVerified: true, passwordHash, status: 'disabled' },
      { id: '3', email: 'nopass1@example.com', emailVerified: true },
    );
    const mails = async () => (await app.database.pool.query('SELECT FROM outbox_messages')).rowCount;
    const before = await mails();
    const { code, stdout } = await importFile(file);
    expect([code, stdout.trim()]).toEqual([0, '3 members added, 0 were imported before, 0 rows refused.']);
    expect(await mails()).toBe(before);
    expect((await login('ADA1@example.com')).status).toBe(200);
    expect((await login('ada.one')).status).toBe(200);
    expect((await login('off1@example.com')).status).toBe(401);
    expect((await login('nopass1@example.com')).status).toBe(401);
    const { rows } = await app.database.pool.query('SELECT login_id, created_at FROM members WHERE created_at < $1', [
      '2021-01-01',
    ]);
    expect(rows).toEqual([{ login_id: 'ada.one', created_at: new Date('2020-01-02T03:04:05Z') }]);
    const upgraded = await app.database.pool.query(`SELECT password_hash FROM members WHERE login_id = 'ada.one'`);
    expect(upgraded.rows[0].password_hash).not.toBe(passwordHash);
  });

  it('EV-01 makes an event of each new member while a receiver exists, with the declared attributes', async () => {
    const row = (id: string) => ({ id, email: `${id}@example.com`, emailVerified: true, passwordHash });
    const run = (file: string, args: string[] = []) =>
      munjigi(['import', '--from', 'jsonl', '--file', file, '--rejected', rejectedFile, ...args], {
        ...COST,
        MEMBER_ATTRIBUTES: attributes,
        DATABASE_URL: app.database.url,
      });
    const receiver = await WebhookReceiver.listen();
    try {
      expect((await run(jsonl(row('before')))).code).toBe(0);
      const { key } = await givenApiKey(app, ['webhooks:write', 'events:read']);
      const hook = { url: receiver.url, types: ['member.created'] };
      const { body: webhook } = await app.post('/api/admin/webhooks', hook, key).expect(201);
      receiver.secret = webhook.secret;
      const rows = [row('before'), { ...row('after'), attributes: { plan: 'pro', other: 1 } }, row('later')];
      expect((await run(jsonl(...rows), ['--resume'])).code).toBe(0);
      const { items } = (await app.get('/api/integrations/events?types=member.created', key).expect(200)).body;
      const members = await app.sql.query('SELECT id, login_id, created_at FROM members WHERE email = $1', [
        'after@example.com',
      ]);
      const [{ id, login_id: loginId, created_at: createdAt }] = members.rows;
      expect(items.map(({ data }: any) => data.member.email).sort()).toEqual([
        'after@example.com',
        'later@example.com',
      ]);
      expect(items.find(({ memberId }: any) => memberId === id).data).toEqual({
        member: {
          ...{ loginId, email: 'after@example.com', name: null, locale: 'en', role: 'member', status: 'active' },
          ...{ createdAt: createdAt.toISOString(), attributes: { plan: 'pro' } },
        },
      });
      await eventually('the deliveries', async () => receiver.events.length === 2 || undefined);
      expect([...receiver.events].sort((left, right) => left.id.localeCompare(right.id))).toEqual(items);
      await app.delete(`/api/admin/webhooks/${webhook.id}`, undefined, key).expect(204);
    } finally {
      await receiver.close();
    }
  });

  it('IM-11 continues where an earlier run stopped, without doubles', async () => {
    const rows = [1, 2, 3].map((number) => ({
      id: `r${number}`,
      email: `again${number}@example.com`,
      emailVerified: true,
    }));
    expect((await importFile(jsonl(...rows.slice(0, 2)))).code).toBe(0);
    const again = await importFile(jsonl(...rows));
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('Add --resume') });
    const resumed = await importFile(jsonl(...rows), ['--resume']);
    expect(resumed.stdout.trim()).toBe('1 members added, 2 were imported before, 0 rows refused.');
  });

  it.each([
    [
      'skip',
      ['three4@example.com'],
      [
        [1, 'the same mail address as row 2'],
        [2, 'the same mail address as row 1'],
      ],
    ],
    ['first', ['same@example.com', 'three4@example.com'], [[2, 'the same mail address as row 1']]],
    ['newest', ['SAME@example.com', 'three4@example.com'], [[1, 'the same mail address as row 2']]],
    [
      'fail',
      [],
      [
        [1, 'the same mail address as row 2'],
        [2, 'the same mail address as row 1'],
      ],
    ],
  ])('IM-13 reports both rows of a collision, and follows --on-collision %s', async (policy, imported, reasons) => {
    await app.database.pool.query(`DELETE FROM members WHERE email_key IN ('same@example.com', 'three4@example.com')`);
    const file = jsonl(
      { id: 'a', loginId: 'same.one', email: 'same@example.com', emailVerified: true, createdAt: '2020-01-01' },
      { id: 'b', loginId: 'same.two', email: 'SAME@example.com', emailVerified: true, createdAt: '2021-01-01' },
      { id: 'c', loginId: 'three.4', email: 'three4@example.com', emailVerified: true },
    );
    expect((await importFile(file, ['--on-collision', policy])).code).toBe(1);
    const { rows } = await app.database.pool.query(
      `SELECT email FROM members WHERE email_key IN ('same@example.com', 'three4@example.com') ORDER BY email_key`,
    );
    expect(rows.map(({ email }) => email)).toEqual(imported);
    expect(refused()).toEqual(reasons.map(([row, reason]) => ({ row, line: row, reason })));
  });

  it('IM-13 a row refused because of a member leaves its mail address to another row', async () => {
    const { loginId } = await given.member(app);
    const file = jsonl(
      { id: 'p', loginId, email: 'free1@example.com', emailVerified: true },
      { id: 'q', loginId: 'free.1', email: 'free1@example.com', emailVerified: true },
    );
    const { stdout } = await importFile(file, ['--on-collision', 'first']);
    expect(stdout.trim()).toBe('1 members added, 0 were imported before, 1 rows refused.');
    expect(refused()).toEqual([{ row: 1, line: 1, reason: 'a member has this login ID' }]);
  });

  it('IM-13 never replaces a member who is here already', async () => {
    const { email } = await given.member(app);
    const file = jsonl({ id: 'x', loginId: unique.loginId(), email: email.toUpperCase(), emailVerified: true });
    expect((await importFile(file, ['--on-collision', 'newest'])).code).toBe(1);
    expect(refused()).toEqual([{ row: 1, line: 1, reason: 'a member has this mail address' }]);
  });

  it('IM-14 IM-02 lists refused rows with reasons and without secrets, and exits with 1', async () => {
    const file = jsonl(
      { email: 'u1@example.com', emailVerified: false },
      { email: 'u2@example.com', emailVerified: true, passwordHash: 'md5$salt$5f4dcc3b5aa765d6' },
      { email: 'u3@example.com' },
      { email: 'u4@example.com', emailVerified: true, passwordHash: `$2b$20$${'a'.repeat(53)}` },
    );
    const { code, stdout } = await importFile(file);
    expect([code, stdout.trim()]).toEqual([1, '0 members added, 0 were imported before, 4 rows refused.']);
    expect(refused()).toEqual([
      { row: 1, line: 1, reason: 'the mail address is not verified, and there is no password' },
      { row: 2, line: 2, reason: 'password hashes by md5 are not supported' },
      { row: 3, line: 3, reason: 'the mail address is not verified, and there is no password' },
      { row: 4, line: 4, reason: 'the password hash by bcrypt of cost 20 would take the server too long to verify' },
    ]);
    expect(statSync(rejectedFile).mode & 0o777).toBe(0o600);
  });

  it('IM-15 goes on after second factors that were edited', async () => {
    const own = { id: '7fffffff-0000-4000-8000-00000000000a', email: 'twice@example.com', emailVerified: true };
    const passkey = { credentialId: 'AQID', publicKey: 'BAUG', signCount: 0, transports: [], name: null, aaguid: null };
    const flags = { backupEligible: true, backedUp: true, userVerified: true };
    const file = jsonl(
      { ...own, recoveryCodeHashes: ['c2Ft', 'c2Ft'], passkeys: [{ ...passkey, ...flags, createdAt: '2020' }] },
      {
        ...{ id: '7fffffff-0000-4000-8000-00000000000b', email: 'bare@example.com', emailVerified: true },
        passkeys: [{ ...passkey, createdAt: '2020-01-02T03:04:05Z' }],
      },
    );
    const { code, stdout } = await importFile(file);
    expect([code, stdout.trim()]).toEqual([1, '1 members added, 0 were imported before, 1 rows refused.']);
    expect(refused()).toEqual([{ row: 2, line: 2, reason: 'a passkey is not valid' }]);
    const { rows } = await app.database.pool.query(
      `SELECT created_at, (SELECT count(*)::int FROM recovery_codes c WHERE c.member_id = p.member_id) AS codes
       FROM passkeys p WHERE member_id = $1`,
      [own.id],
    );
    expect(rows).toEqual([{ created_at: new Date('2020-01-01T00:00:00Z'), codes: 1 }]);
  });

  it.each([
    ['skip', 2, { 3: 'the same passkey as row 4', 4: 'the same passkey as row 3' }],
    ['first', 3, { 4: 'the same passkey as row 3' }],
  ])(
    'IM-05 names rows with a passkey or linked account of a member or of another row, by --on-collision %s',
    async (policy, added, collisions) => {
      const linked = (...subjects: string[]) =>
        subjects.map((subject) => ({ provider: 'kakao', subject, email: null, createdAt: '2026-01-02T03:04:05Z' }));
      const keyed = (...credentials: Buffer[]) =>
        credentials.map((bytes) => ({
          ...{ credentialId: bytes.toString('base64url'), publicKey: 'BAUG', signCount: 0, transports: [], name: null },
          ...{ aaguid: null, backupEligible: true, backedUp: true, userVerified: true, createdAt: '2026-01-02' },
        }));
      const account = (values: object) => ({ id: randomUUID(), email: unique.email(), emailVerified: true, ...values });
      const { id } = await given.member(app);
      const [taken, free, own] = [randomBytes(16), randomBytes(16), randomBytes(16)];
      const [takenSubject, freeSubject] = [unique.loginId(), unique.loginId()];
      await app.sql.query(
        // Exports and imports keep whole milliseconds, which a later test compares.
        `INSERT INTO passkeys (id, member_id, credential_id, public_key, sign_count, transports, backup_eligible, backed_up, user_verified, created_at)
         VALUES (gen_random_uuid(), $1, $2, $2, 0, '{}', true, true, true, date_trunc('milliseconds', now()))`,
        [id, taken],
      );
      await app.sql.query(
        `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'kakao', $2)`,
        [id, takenSubject],
      );
      const last = account({ passkeys: keyed(own, own) });
      const file = jsonl(
        account({ identities: linked(unique.loginId(), takenSubject) }),
        account({ passkeys: keyed(taken) }),
        account({ passkeys: keyed(free) }),
        account({ passkeys: keyed(free), identities: linked(freeSubject) }),
        // Row 4 is refused under both policies, so its linked account is free for this row.
        account({ identities: linked(freeSubject) }),
        last,
        // A claim is imported without its passkeys and linked accounts.
        account({ emailVerified: false, passwordHash, passkeys: keyed(taken), identities: linked(takenSubject) }),
      );
      const { code, stdout } = await importFile(file, ['--on-collision', policy]);
      const reasons = { 1: 'a member has this linked account', 2: 'a member has this passkey', ...collisions };
      expect(refused()).toEqual(
        Object.entries(reasons).map(([row, reason]) => ({ row: Number(row), line: Number(row), reason })),
      );
      expect([code, stdout.split('\n')[0]]).toEqual([
        1,
        `${added} members added, 0 were imported before, ${6 - added} rows refused.`,
      ]);
      const { rows: keys } = await app.sql.query('SELECT member_id AS id FROM passkeys WHERE credential_id = ANY($1)', [
        [taken, own],
      ]);
      expect(keys.map((key) => key.id).sort()).toEqual([id, last.id].sort());
      const { rows: links } = await app.sql.query('SELECT member_id AS id FROM identities WHERE subject = ANY($1)', [
        [takenSubject, freeSubject],
      ]);
      expect(links).toContainEqual({ id });
      expect(links).toHaveLength(2);
    },
  );

  it('IM-14 imports nothing where the list of refused rows cannot be written', async () => {
    const file = jsonl({ email: 'listless@example.com' });
    const { code, stderr } = await importFile(file, ['--trust-addresses', '--rejected', '/nowhere/rejected.jsonl']);
    expect([code, stderr.trim()]).toEqual([
      1,
      expect.stringMatching(/^\/nowhere\/rejected.jsonl: cannot be created: /),
    ]);
    const { rowCount } = await app.sql.query(`SELECT FROM members WHERE email_key = 'listless@example.com'`);
    expect(rowCount).toBe(0);
  });

  it('IM-14 keeps the list of an earlier import when it stops because --resume is missing', async () => {
    const file = jsonl({ email: 'listed@example.com', emailVerified: true }, { email: 'unlisted@example.com' });
    expect((await importFile(file)).code).toBe(1);
    const list = refused();
    expect(list).toHaveLength(1);
    const { code, stderr } = await importFile(file);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Add --resume')]);
    expect(refused()).toEqual(list);
  });

  it('IM-14 refuses to write the list of refused rows over the file that it reads', async () => {
    const file = jsonl({ email: 'input@example.com' });
    const before = readFileSync(file);
    const { code, stderr } = await importFile(file, ['--rejected', file]);
    expect([code, stderr.startsWith('--rejected:')]).toEqual([2, true]);
    expect(readFileSync(file)).toEqual(before);
  });

  it('IM-16 writes no member in a dry run', async () => {
    const count = async () => (await app.database.pool.query('SELECT count(*)::int FROM members')).rows[0].count;
    const before = await count();
    const { code, stdout } = await importFile(jsonl({ email: 'dry@example.com' }), ['--dry-run', '--trust-addresses']);
    expect([code, stdout.trim()]).toEqual([0, '1 members would be added, 0 were imported before, 0 rows refused.']);
    expect(await count()).toBe(before);
  });

  it('IM-13 IM-16 announces no member in a dry run that a collision would stop', async () => {
    const file = jsonl({ email: 'twice@example.com' }, { email: 'twice@example.com' }, { email: 'once@example.com' });
    const { code, stdout, stderr } = await importFile(file, [
      '--dry-run',
      '--trust-addresses',
      '--on-collision',
      'fail',
    ]);
    expect([code, stdout.trim()]).toEqual([1, '0 members would be added, 0 were imported before, 2 rows refused.']);
    expect(stderr).toContain('Nothing was written');
  });

  it.each([
    ['--from', ['--from', 'ldap']],
    ['--on-collision', ['--on-collision', 'last']],
    ['--columns', ['--columns', 'email=Mail']],
    ['--columns', ['--from', 'csv', '--columns', 'mail=Mail', '--columns', 'email=Mail']],
    ['--hash-template', ['--hash-template', 'crc32(password)']],
    ['--hash-parameters', ['--hash-parameters', '/nowhere']],
  ])('refuses a wrong value of %s before anything is read', async (option, args) => {
    const { code, stderr } = await importFile('/nowhere', args);
    expect([code, stderr.startsWith(`${option}:`)]).toEqual([2, true]);
  });
});

describe('a killed import', () => {
  /** Enough for two commits. */
  const ROWS = 7000;

  it('IM-11 is finished by another run, without doubles or losses', async () => {
    const target = await createTestDatabase();
    const rows = Array.from({ length: ROWS }, (_, number) => ({
      ...{ id: `k${number}`, loginId: `kill.${number}`, email: `kill${number}@example.com`, emailVerified: true },
    }));
    const file = jsonl(...rows);
    const blocker = await target.pool.connect();
    const imported = async (): Promise<number> =>
      (await target.pool.query('SELECT count(*)::int AS count FROM import_journal')).rows[0].count;
    try {
      // The second commit waits for this row with the same address, which is rolled back in the end.
      await blocker.query('BEGIN');
      await blocker.query(
        `INSERT INTO members (id, login_id, email, email_key, password_hash, locale) VALUES (gen_random_uuid(), 'x', '', $1, '', 'en')`,
        [rows[ROWS - 1]!.email],
      );
      const args = ['import', '--from', 'jsonl', '--file', file, '--rejected', rejectedFile];
      const env = serverEnvironment({ DATABASE_URL: target.url });
      const killed = spawn(process.execPath, ['dist/munjigi.cjs', ...args], {
        cwd: PROJECT_ROOT,
        env,
        stdio: 'ignore',
      });
      await eventually('the first commit', async () => ((await imported()) > 0 ? true : undefined));
      killed.kill('SIGKILL');
      await once(killed, 'exit');
      expect(await imported()).toBeLessThan(ROWS);
      await blocker.query('ROLLBACK');
      const resumed = await importFile(file, ['--resume'], target);
      const [, added, before] = /^(\d+) members added, (\d+) were imported before, 0 rows refused/.exec(
        resumed.stdout,
      )!;
      expect(Number(added) + Number(before)).toBe(ROWS);
      const { rows: members } = await target.pool.query(
        'SELECT count(*)::int AS count, count(DISTINCT email_key)::int AS emails FROM members',
      );
      expect(members).toEqual([{ count: ROWS, emails: ROWS }]);
    } finally {
      blocker.release();
      await target.drop();
    }
  });
});

describe('an import that loses its connection', () => {
  it('ends with one line that names DATABASE_URL', async () => {
    const target = await createTestDatabase();
    const proxy = await TcpProxy.to(target.url);
    const blocker = await target.pool.connect();
    const isWaiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    try {
      await blocker.query('BEGIN; LOCK TABLE import_journal');
      const file = jsonl({ email: 'cut@example.com', emailVerified: true });
      const importing = munjigi(['import', '--from', 'jsonl', '--file', file, '--rejected', rejectedFile], {
        ...COST,
        DATABASE_URL: proxy.url,
      });
      await eventually('an import that waits', async () =>
        (await target.pool.query(isWaiting)).rowCount! > 0 ? true : undefined,
      );
      await proxy.disconnect();
      const { code, stderr } = await importing;
      expect([code, stderr.trim().split('\n')]).toEqual([1, [expect.stringContaining('DATABASE_URL')]]);
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
      await proxy.disconnect();
      await target.drop();
    }
  });
});

describe('accounts whose address is not verified', () => {
  const unverified = (changes: object = {}) => ({
    ...{ id: unique.loginId(), loginId: unique.loginId(), email: unique.email(), emailVerified: false, passwordHash },
    ...changes,
  });

  it('IM-18 become members once their owners have logged in and entered a mailed code', async () => {
    const legacyHash = `sha1$nacl$${createHash('sha1').update(`nacl${PASSWORD}`).digest('hex')}`;
    const account = unverified({ name: 'Ada', createdAt: '2020-01-02T03:04:05Z', passwordHash: legacyHash });
    const { code, stdout } = await importFile(jsonl(account));
    expect([code, stdout.trim().split('\n')]).toEqual([
      0,
      [
        '0 members added, 0 were imported before, 0 rows refused.',
        '1 accounts wait for their owners to prove the address.',
      ],
    ]);
    expect((await app.post('/api/auth/login', { identifier: account.email, password: 'wrong horse 7' })).status).toBe(
      401,
    );
    expect(await mailbox.to(account.email).all()).toEqual([]);

    const { status, body } = await login(account.loginId);
    expect([status, body]).toEqual([
      200,
      {
        ...{ status: 'confirmation_required', signUpId: expect.any(String) },
        ...{ resendAfter: expect.any(Number), expiresIn: expect.any(Number) },
      },
    ]);
    const { code: mailed } = await mailbox.to(account.email).next();
    // A reload or a second tab logs in again, and the mailed code stays valid.
    const again = await login(account.email);
    expect(again.body.signUpId).toBe(body.signUpId);
    const confirmed = await app.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code: mailed });
    expect([confirmed.status, confirmed.body.status]).toEqual([200, 'authenticated']);
    const { rows } = await app.database.pool.query(
      'SELECT login_id, name, created_at, password_hash FROM members WHERE email_key = $1',
      [account.email],
    );
    expect(rows).toEqual([
      {
        ...{ login_id: account.loginId, name: 'Ada', created_at: new Date('2020-01-02T03:04:05Z') },
        password_hash: expect.stringMatching(/^.argon2id./),
      },
    ]);
    expect((await login(account.loginId)).body.status).toBe('authenticated');
    const claims = await app.database.pool.query('SELECT FROM imported_claims WHERE email_key = $1', [account.email]);
    expect(claims.rowCount).toBe(0);
  });

  it('IM-18 keep neither the address nor the login ID from others', async () => {
    const account = unverified();
    expect((await importFile(jsonl(account))).code).toBe(0);
    const owner = await given.member(app, { email: account.email, loginId: account.loginId });
    expect((await login(account.email)).status).toBe(401);
    expect((await app.post('/api/auth/login', { identifier: owner.email, password: owner.password })).status).toBe(200);
  });

  it('IM-18 are refused where they are disabled or without a password, and once they are here already', async () => {
    const first = unverified();
    expect((await importFile(jsonl(first))).code).toBe(0);
    const rows = [
      unverified({ status: 'disabled' }),
      unverified({ passwordHash: undefined }),
      unverified({ email: first.email }),
      unverified({ loginId: first.loginId }),
    ];
    expect((await importFile(jsonl(...rows), ['--resume'])).code).toBe(1);
    expect(refused().map((row) => (row as { reason: string }).reason)).toEqual([
      'the mail address is not verified, and the account is disabled',
      'the mail address is not verified, and there is no password',
      'an earlier import has this mail address',
      'an earlier import has this login ID',
    ]);
  });
});

describe('a login ID that an import made', () => {
  const choose = (token: string, loginId: string) => app.patch('/api/members/me', { loginId }, token);
  const refusal = ({ status, body }: { status: number; body: any }) => [status, body.code, body.errors?.[0]?.code];

  it('IM-19 gives way to one that the member chooses, once', async () => {
    const email = unique.email();
    expect((await importFile(jsonl({ id: email, email, emailVerified: true, passwordHash }))).code).toBe(0);
    const { accessToken } = (await login(email)).body;
    const generated = await app.get('/api/members/me', accessToken);
    expect(generated.body).toMatchObject({ loginId: expect.stringContaining('-'), loginIdGenerated: true });
    const { loginId: taken } = await given.member(app);
    expect(refusal(await choose(accessToken, taken))).toEqual([409, 'login_id_taken', undefined]);
    expect(refusal(await choose(accessToken, 'admin'))).toEqual([422, 'validation_failed', 'login_id_reserved']);

    const chosen = unique.loginId();
    const answers = await Promise.all([choose(accessToken, chosen), choose(accessToken, `${chosen}2`)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    const { body } = answers.find(({ status }) => status === 200)!;
    expect(body.loginIdGenerated).toBe(false);
    // A client that lost the response repeats its request.
    const repeated = await choose(accessToken, body.loginId);
    expect([repeated.status, repeated.body]).toEqual([200, body]);
    // A form that sends the login ID unchanged makes no choice, even if it is a reserved one that an import kept.
    await app.sql.query(`UPDATE members SET login_id = 'webmaster' WHERE id = $1`, [body.id]);
    for (let save = 0; save < 25; save += 1) expect((await choose(accessToken, 'webmaster')).status).toBe(200);
    await app.sql.query(`UPDATE members SET login_id = $2 WHERE id = $1`, [body.id, body.loginId]);
    expect((await login(body.loginId)).status).toBe(200);
    expect((await login(generated.body.loginId)).status).toBe(401);
    const { rowCount } = await app.database.pool.query(
      `SELECT FROM security_events WHERE member_id = $1 AND type = 'login-id.chosen'`,
      [body.id],
    );
    expect(rowCount).toBe(1);
  });

  it('IM-19 differs from one that the member chose, which cannot be changed', async () => {
    const { accessToken } = await given.member(app);
    expect(refusal(await choose(accessToken, unique.loginId()))).toEqual([422, 'validation_failed', 'login_id_chosen']);
  });
});

describe('hashes of other systems', () => {
  it('IM-04 open the account with their password alone, and become argon2id at the first login', async () => {
    const tag = pbkdf2Sync(PASSWORD, 'seasalt', 1000, 32, 'sha256').toString('base64');
    const hashes = [`pbkdf2_sha256$1000$seasalt$${tag}`, await bcrypt.hash(PASSWORD, 4), SHA_CRYPT];
    const people = hashes.map((passwordHash, number) => ({
      email: `legacy${number}@example.com`,
      emailVerified: true,
      passwordHash,
    }));
    expect((await importFile(jsonl(...people))).code).toBe(0);
    for (const { email } of people) {
      const wrong = await app.post('/api/auth/login', { identifier: email, password: 'wrong horse 7 battery' });
      expect([wrong.status, (await login(email)).status]).toEqual([401, 200]);
      const { rows } = await app.database.pool.query(
        'SELECT password_hash, password_version FROM members WHERE email_key = $1',
        [email],
      );
      expect(rows).toEqual([{ password_hash: expect.stringMatching(/^.argon2id./), password_version: 1 }]);
      expect((await login(email)).status).toBe(200);
    }
  });

  it('IM-05 that are fast are wrapped at the import, with a template and a column of salts', async () => {
    const digest = createHash('sha1').update(`nacl${PASSWORD}`).digest('hex');
    const file = write(`email,pw,pw_salt\nfast@example.com,${digest},nacl\n`);
    const columns = ['--columns', 'hash=pw,salt=pw_salt', '--hash-template', 'salt:digest=sha1(salt+password)'];
    expect((await importFile(file, ['--from', 'csv', '--trust-addresses', ...columns])).code).toBe(0);
    const { rows } = await app.database.pool.query(
      `SELECT password_hash AS hash FROM members WHERE email_key = 'fast@example.com'`,
    );
    expect(rows).toEqual([{ hash: expect.stringMatching(/^.wrapped.m=2048,t=1,p=1,f=1./) }]);
    expect(rows[0].hash).not.toContain(digest);
    const wrong = await app.post('/api/auth/login', { identifier: 'fast@example.com', password: digest });
    expect([wrong.status, (await login('fast@example.com')).status]).toEqual([401, 200]);
    expect((await login('fast@example.com')).status).toBe(200);
  });

  it('IM-05 that are plain text ({noop} of Spring) are imported only with --accept-noop', async () => {
    const file = write(`username,password,enabled,email\nno.op,{noop}${PASSWORD},t,noop@example.com\n`);
    const args = ['--from', 'spring', '--trust-addresses'];
    expect((await importFile(file, args)).code).toBe(1);
    expect(refused()).toEqual([{ row: 1, line: 2, reason: 'the password is in plain text; --accept-noop imports it' }]);
    expect((await importFile(file, [...args, '--accept-noop'])).code).toBe(0);
    const { rows } = await app.database.pool.query(`SELECT password_hash FROM members WHERE login_id = 'no.op'`);
    expect(rows).toEqual([{ password_hash: expect.stringMatching(/^.argon2id.v=19.m=2048,/) }]);
    expect((await login('no.op')).status).toBe(200);
  });

  it('IM-03 are counted by kind, for the dummy hashes of unknown accounts', async () => {
    const passwordHash = await bcrypt.hash(PASSWORD, 4);
    expect((await importFile(jsonl({ email: 'kind@example.com', emailVerified: true, passwordHash }))).code).toBe(0);
    const shares = await new LegacyHashKindsRepository(
      app.database.pool as unknown as ConstructorParameters<typeof LegacyHashKindsRepository>[0],
    ).findShares();
    const { rows } = await app.database.pool.query('SELECT kind FROM legacy_hash_starts');
    expect(rows).toContainEqual({ kind: '$2b$04' });
    expect(shares).toContainEqual({ kind: '$2b$04', share: expect.any(Number), start: 0 });
  });
});

const hasDjango = hasPythonModules('django', 'argon2');
if (!hasDjango) skipNotice('Django with argon2', 'python3-django python3-argon2');
const DUMPED = howMany({ short: 9, long: 1000 });

describe('a project of Django', () => {
  (hasDjango ? it : it.skip)('IM-10 IM-04 IM-05 brings its users by a dump that Django wrote', async () => {
    const script = path.join(PROJECT_ROOT, 'test/support/django-dump.py');
    const { stdout } = spawnSync(PYTHON, [script, PASSWORD, String(DUMPED)], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const outcome = await importFile(write(stdout), ['--from', 'django', '--trust-addresses']);
    expect(outcome.stdout.trim()).toBe(`${DUMPED} members added, 0 were imported before, 0 rows refused.`);
    const hashes = async (): Promise<string[]> => {
      const { rows } = await app.database.pool.query<{ hash: string }>(
        `SELECT password_hash AS hash FROM members WHERE login_id LIKE 'django.%' AND status = 'active'`,
      );
      return rows.map(({ hash }) => hash);
    };
    const kinds = new Set((await hashes()).map((hash) => hash.split('$')[1]));
    expect([...kinds].sort()).toEqual(['other-argon2id', 'pbkdf2-sha256', 'wrapped']);
    for (let number = 0; number < DUMPED; number += 1)
      expect((await login(`django.${number}`)).status).toBe(number === 1 ? 401 : 200);
    expect(new Set((await hashes()).map((hash) => /^.argon2id.v=19.m=2048,/.test(hash)))).toEqual(new Set([true]));
  });
});

describe('munjigi export', () => {
  it('IM-17 leaves no part of a file that does not fit on the disk', async () => {
    const database = await createTestDatabase();
    await database.pool.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale)
       SELECT gen_random_uuid(), 'm-' || n, n || '@example.test', n || '@example.test', '', 'en' FROM generate_series(1, 50) n`,
    );
    const file = path.join(directory, 'partial.jsonl');
    expect((await munjigiOnFullDisk(['export', '--file', file], { DATABASE_URL: database.url })).code).toBe(1);
    expect(existsSync(file)).toBe(false);
    await database.drop();
  });

  it('IM-17 brings the same members into an empty database, with secrets in a file that only its owner can read', async () => {
    const target = await createTestDatabase();
    try {
      const file = path.join(directory, 'export.jsonl');
      const news = { id: 'news', version: '1', language: 'ko', sha256: 'a'.repeat(64) };
      const consents = [
        { ...news, action: 'given', at: '2024-01-02T03:04:05.678Z', ip: '198.18.0.1' },
        { ...news, action: 'reminded', at: '2026-01-02T03:04:05Z', ip: '' },
        { ...news, action: 'withdrawn', at: '2026-01-03T03:04:05Z', ip: '2001:db8::1' },
      ];
      const secret = {
        loginId: 'two.factor',
        email: 'factor@example.com',
        emailVerified: true,
        passwordHash,
        totpSecret: 'JBSWY3DPEHPK3PXP',
      };
      expect(
        (
          await importFile(
            jsonl({
              id: '7fffffff-0000-4000-8000-000000000001',
              ...secret,
              name: '김\\철수',
              attributes: { plan: 'pro', 'a\tb': ['\n'] },
              consents,
              identities: [
                { provider: 'google', subject: '42', email: 'f@example.com', createdAt: '2026-01-02T03:04:05Z' },
                { provider: 'kakao', subject: '7', email: null, createdAt: '2026-01-03T03:04:05Z' },
              ],
            }),
          )
        ).code,
      ).toBe(0);
      const claim = { loginId: 'claim.ada', email: 'claim@example.com', emailVerified: false, passwordHash };
      const { loginId: taken } = await given.member(app);
      await app.sql.query(
        `INSERT INTO imported_claims (id, login_id, email, email_key, password_hash, locale, created_at)
         SELECT gen_random_uuid(), $1, 'late@example.com', 'late@example.com', password_hash, 'en', now() FROM members LIMIT 1`,
        [taken],
      );
      expect((await importFile(jsonl({ id: 'claim', ...claim, attributes: { plan: 'pro' } }), ['--resume'])).code).toBe(
        0,
      );
      const exported = await munjigi(['export', '--file', file, '--with-secrets'], { DATABASE_URL: app.database.url });
      expect(exported.stdout).toMatch(/^\d+ members exported\.\n\d+ accounts exported whose owners/);
      expect(exported).toMatchObject({ code: 0, stderr: expect.stringContaining('Warning') });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect((await importFile(file, [], target)).code).toBe(0);
      const columns =
        'id, login_id, email, email_key, password_hash, name, locale, role, status, created_at, attributes';
      const [before, after] = await Promise.all(
        [app.database, target].map(({ pool }) => pool.query(`SELECT ${columns} FROM members ORDER BY id`)),
      );
      expect(after!.rows.length).toBeGreaterThan(1);
      expect(after!.rows).toEqual(before!.rows.map((row) => ({ ...row, created_at: expect.any(Date) })));
      const claims = `SELECT id, login_id, email, password_hash, attributes FROM imported_claims c
        WHERE NOT EXISTS (SELECT FROM members m WHERE m.email_key = c.email_key) ORDER BY id`;
      const [claimed, kept] = await Promise.all([app.database, target].map(({ pool }) => pool.query(claims)));
      expect(claimed!.rows.map(({ login_id }) => login_id)).toEqual(expect.arrayContaining(['claim.ada', taken]));
      // A member has the login ID of this claim, so the import generates another one.
      const made = expect.stringMatching(/^late-/);
      expect(kept!.rows).toEqual(
        claimed!.rows.map((row) => ({ ...row, ...(row.login_id === taken && { login_id: made }) })),
      );
      const linked = await target.pool.query('SELECT provider, subject, email FROM identities ORDER BY provider');
      expect(linked.rows).toEqual([
        { provider: 'google', subject: '42', email: 'f@example.com' },
        { provider: 'kakao', subject: '7', email: null },
      ]);
      const ledger = await target.pool.query(
        `SELECT document_id AS id, version, language, document_hash AS sha256, action, at, ip FROM consents ORDER BY consents.id`,
      );
      expect(ledger.rows).toEqual(consents.map((consent) => ({ ...consent, at: new Date(consent.at) })));
      expect((await login('two.factor')).body.status).toBe('mfa_required');
      const again = path.join(directory, 'again.jsonl');
      await munjigi(['export', '--file', again, '--with-secrets'], { DATABASE_URL: target.url });
      const [linesOf, isOther] = [(name: string) => readFileSync(name, 'utf8').split('\n'), /^(?!.*late@example)/];
      expect(linesOf(again).filter((line) => isOther.test(line))).toEqual(
        linesOf(file).filter((line) => isOther.test(line)),
      );
      const without = path.join(directory, 'without.jsonl');
      await munjigi(['export', '--file', without], { DATABASE_URL: target.url });
      expect(readFileSync(without, 'utf8')).not.toMatch(/\$argon2|JBSWY3DPEHPK3PXP/);
      const { code, stderr } = await munjigi(['export', '--file', file], { DATABASE_URL: app.database.url });
      expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be created')]);
    } finally {
      await target.drop();
    }
  });
});
