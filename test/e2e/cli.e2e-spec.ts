import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { createAdmin } from '../../src/operations/commands/create-admin.command.js';
import {
  createInvitation,
  resendInvitation,
  withdrawInvitation,
} from '../../src/operations/commands/invitations.command.js';
import { CommandError } from '../../src/platform/config/command-error.js';
import { givenApiKey } from '../support/api-keys.js';
import { caught } from '../support/caught.js';
import { munjigi, munjigiIn, munjigiOnFullDisk, type Outcome } from '../support/command-line.js';
import { given, unique } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { serverEnvironment, TEST_SECRET } from '../support/server-environment.js';
import { TestApp, type TestAppOptions } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { allowManyStarts } from '../support/test-length.js';
import { decodeToken } from '../support/token-forge.js';

allowManyStarts();

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

/**
 * Runs a command in this process and returns the message of its refusal, and whether the refusal is a
 * usage error. For each group of commands, one case in a real process checks the exit code as well.
 */
async function refusalOf(command: (withApplication: () => never) => Promise<void>): Promise<[string, boolean]> {
  const refusal = await caught(
    command(() => {
      throw new Error('It has begun its work.');
    }),
  );
  return [(refusal as Error).message, refusal instanceof CommandError && refusal.isUsageError];
}

describe('command line', () => {
  it('lists the commands and shows the version', async () => {
    const { code, stdout } = await munjigi(['--help']);
    expect(code).toBe(0);
    for (const command of ['serve', 'worker', 'migrate', 'admin', 'keys', 'config', 'mail', 'after-restore'])
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(await munjigi(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('exits with 2 for wrong arguments and with 1 for failures', async () => {
    for (const args of [
      ['nonsense'],
      ['serve', '--sideways'],
      ['mail', 'test'],
      ['mail', 'test', 'a@b, c@d'],
      ['admin', 'create', '--sudo'],
    ])
      expect([args, (await munjigi(args)).code]).toEqual([args, 2]);
    expect((await munjigi(['config', 'check'], { PORT: 'many' })).code).toBe(1);
  });

  it('SL-03 checks the configuration without showing secrets', async () => {
    const env = {
      DATABASE_URL: 'postgres://somebody:hunter22@db.example:5432/munjigi',
      PREVIOUS_SECRETS: 'p'.repeat(40),
      PRODUCT_NAME: 'Acme',
      ...{ PASSWORD_MIN_LENGTH: '10', RISK_PASSWORD_FAILURES: '4' },
      CHANGE_PASSWORD_URL: 'https://app.example.com/password',
      SOCIAL_OIDC_PROVIDERS: 'acme=https://login.acme.example',
      ...{ SOCIAL_OIDC_ACME_CLIENT_ID: 'web', SOCIAL_OIDC_ACME_CLIENT_SECRET: 'hunter22' },
    };
    const good = await munjigi(['config', 'check', '--offline'], env);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain('PRODUCT_NAME=Acme');
    expect(good.stdout).toContain('SECRET=(set, not shown)');
    for (const line of [
      ...['PASSWORD_MIN_LENGTH=10', 'RISK_PASSWORD_FAILURES=4', 'CHANGE_PASSWORD_URL=https://app.example.com/password'],
      ...['SOCIAL_OIDC_ACME_CLIENT_ID=web', 'SOCIAL_OIDC_ACME_CLIENT_SECRET=(set, not shown)'],
    ])
      expect(good.stdout.split('\n')).toContain(line);
    expect(good.stdout).toContain('DATABASE_URL=postgres://(login not shown)@db.example:5432/munjigi');
    for (const secret of [TEST_SECRET, 'hunter22', 'somebody', 'pppp']) expect(good.stdout).not.toContain(secret);

    const bad = await munjigi(['config', 'check'], {
      ...env,
      SMTP_URL: 'ftp://user:hunter22@mail.example',
      API_ENABLED: 'false',
      WORKER_ENABLED: 'false',
    });
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('SMTP_URL: needs a URL starting');
    expect(bad.stdout + bad.stderr).not.toContain('hunter22');
    const idle = await munjigi(['config', 'check'], { API_ENABLED: 'false', WORKER_ENABLED: 'false' });
    expect(idle.stderr).toContain('WORKER_ENABLED: needs to be true when API_ENABLED is false');
    const badKeys = await munjigi(['config', 'check'], { JWT_KEYS: 'certainly not a key' });
    expect([badKeys.code, badKeys.stderr]).toEqual([1, expect.stringContaining('JWT_KEYS: needs PEM blocks')]);
    const badAttributes = await munjigi(['config', 'check', '--offline'], { MEMBER_ATTRIBUTES: 'README.md' });
    expect([badAttributes.code, badAttributes.stderr]).toEqual([
      1,
      expect.stringContaining('MEMBER_ATTRIBUTES: needs JSON'),
    ]);
    const badConsents = await munjigi(['config', 'check', '--offline'], { CONSENTS: 'README.md' });
    expect([badConsents.code, badConsents.stderr]).toEqual([1, expect.stringContaining('CONSENTS: needs JSON')]);
  });

  it('tries the database and the mail server with these settings', async () => {
    const [good, bad] = await Promise.all([
      munjigi(['config', 'check'], { DATABASE_URL: process.env.TEST_POSTGRES_URL }),
      munjigi(['config', 'check'], {
        DATABASE_URL: 'postgres://somebody:hunter22@127.0.0.1:1/munjigi',
        SMTP_URL: 'smtp://somebody:hunter#22@127.0.0.1:1',
        REDIS_URL: 'redis://:hunter22@127.0.0.1:1',
      }),
    ]);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(/^Tried DATABASE_URL, .*: PostgreSQL \d+.* accepts the login\.$/m);
    expect(good.stdout).toMatch(/^Tried SMTP_URL, .*: the mail server accepts our connection\./m);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(
      /^The database of DATABASE_URL cannot be used: .*ECONNREFUSED.*\. Start PostgreSQL, or/m,
    );
    expect(bad.stderr).toMatch(/^The mail server of SMTP_URL cannot be used: .*ECONNREFUSED/m);
    expect(bad.stderr).toMatch(/^The Redis of REDIS_URL cannot be used: .*ECONNREFUSED/m);
    expect(bad.stderr).not.toMatch(/^\s+at /m);
    expect(bad.stdout + bad.stderr).not.toContain('hunter');
  });

  it('generates new secrets and keys that the configuration accepts, without showing old ones', async () => {
    const [one, two] = await Promise.all([munjigi(['keys', 'rotate']), munjigi(['keys', 'rotate'])]);
    const secretIn = ({ stdout }: Outcome): string => /^ {2}([A-Za-z0-9+/]{64})$/m.exec(stdout)![1]!;
    expect(secretIn(one)).not.toBe(secretIn(two));
    expect(one.stdout).toContain('PREVIOUS_SECRETS');
    expect(one.stdout).not.toContain(TEST_SECRET);
    expect(one.stdout).toContain('Wait 5 minutes');
    expect(await munjigi(['keys', 'rotate', '--jwt'], { JWT_ALGORITHM: 'HS512' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('JWT_KEYS is for ES256'),
    });
    const jwt = await munjigi(['keys', 'rotate', '--jwt']);
    expect(jwt.stdout).toContain('Wait 5 minutes');
    const pem = (kind: string): string => new RegExp(`^ +${kind}: +(-----BEGIN.*-----)$`, 'm').exec(jwt.stdout)![1]!;
    expect(createPrivateKey(pem('private').replaceAll('\\n', '\n')).asymmetricKeyDetails?.namedCurve).toBe(
      'prime256v1',
    );
    const env = {
      SECRET: secretIn(one),
      PREVIOUS_SECRETS: TEST_SECRET,
      JWT_KEYS: `${pem('private')}\\n${pem('public')}`,
    };
    expect((await munjigi(['config', 'check', '--offline'], env)).code).toBe(0);
  });

  it('creates no secret, and refuses commands that need the SECRET of the servers', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'munjigi-'));
    const env = { NODE_ENV: 'development', SECRET: undefined, DATABASE_URL: app.database.url };
    for (const args of [['config', 'check', '--offline'], ['keys', 'rotate'], ['migrate']])
      expect([args, await munjigiIn(directory, args, env)]).toMatchObject([args, { code: 0, stderr: '' }]);
    const email = ['--email', unique.email()];
    for (const args of [
      ['admin', 'create', ...email, '--login-id', unique.loginId()],
      ['invitations', 'create', ...email],
      ['keys', 'list-api-keys'],
    ]) {
      const refused = {
        code: 1,
        stderr: expect.stringContaining('SECRET: is missing, and this command needs that of'),
      };
      expect([args, await munjigiIn(directory, args, env)]).toMatchObject([args, refused]);
    }
    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it('sends a test mail, or shows why it failed', async () => {
    const address = unique.email();
    expect(await munjigi(['mail', 'test', address])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(address),
    });
    expect((await mailbox.to(address).next()).subject).toBe('[Munjigi] Test mail');
    const { code, stderr } = await munjigi(['mail', 'test', address], { SMTP_URL: 'smtp://127.0.0.1:1' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
  });

  it('fails at once if the database is unreachable', async () => {
    const args = ['admin', 'create', '--email', unique.email(), '--login-id', unique.loginId()];
    const { code, stderr } = await munjigi(args, { DATABASE_URL: 'postgres://u:hunter22@127.0.0.1:1/x' });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^The database of DATABASE_URL cannot be used: .*ECONNREFUSED/),
    ]);
    expect(stderr).not.toContain('hunter22');
  });

  it('shows what a migration waits for', async () => {
    const env = serverEnvironment({ DATABASE_URL: 'postgres://u:hunter22@127.0.0.1:1/x' });
    const command = spawn(process.execPath, ['dist/munjigi.cjs', 'migrate'], { cwd: PROJECT_ROOT, env });
    const [line] = (await once(createInterface({ input: command.stdout }), 'line')) as [string];
    command.kill('SIGKILL');
    expect(line).toMatch(/^waiting for the database: .*ECONNREFUSED.* Start PostgreSQL, or/);
    expect(line).not.toContain('hunter22');
  });

  it.each(['DATABASE_URL', 'DATABASE_DIRECT_URL'])(
    'shows in one line that the database of %s rejects the connection',
    async (name) => {
      const DATABASE_URL = process.env.TEST_POSTGRES_URL!;
      const url = new URL(DATABASE_URL);
      url.pathname = '/nowhere';
      const { code, stderr } = await munjigi(['migrate'], { DATABASE_URL, [name]: url.href });
      expect([code, stderr]).toEqual([
        1,
        `The database of ${name} cannot be used: database "nowhere" does not exist. Create the database, or correct its name in ${name}.\n`,
      ]);
    },
  );
});

describe('creating an administrator', () => {
  const create = (...options: string[]) => munjigi(['admin', 'create', ...options], { DATABASE_URL: app.database.url });

  it('AD-03 only the command line creates the first administrator; the password is set through the mailed link', async () => {
    const { rowCount } = await app.sql.query(`SELECT FROM members`);
    expect(rowCount).toBe(0);
    const [email, loginId, password] = [unique.email(), unique.loginId(), unique.password()];
    const { code, stdout, stderr } = await create(
      '--email',
      email,
      '--login-id',
      loginId,
      '--name',
      'Ada',
      '--locale',
      'ko',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${loginId} is an administrator.`);
    const mail = await mailbox.to(email).next();
    expect(mail.subject).toContain('비밀번호를 설정해 주세요');
    expect(stdout).not.toContain(mail.linkToken!);
    expect(mail.links).toHaveLength(1);

    const { body } = await app.post('/api/auth/password-reset/confirm-link', { token: mail.linkToken }).expect(200);
    await app.post('/api/auth/password-reset', { newPassword: password }, body.resetToken).expect(204);
    const { body: tokens } = await app.post('/api/auth/login', { identifier: loginId, password }).expect(200);
    expect((await app.get('/api/members/me', tokens.accessToken)).body).toMatchObject({ role: 'admin', name: 'Ada' });
    expect((await app.get('/api/admin/members', tokens.accessToken)).body.code).toBe('two_factor_required');
    const { rows } = await app.sql.query(`SELECT type, ip, actor_id FROM security_events WHERE type = 'admin.created'`);
    expect(rows).toEqual([{ type: 'admin.created', ip: '', actor_id: null }]);
  });

  it('AD-03 works once per address and login ID, also for two commands at the same moment', async () => {
    const [email, loginId] = [unique.email(), unique.loginId()];
    const outcomes = await Promise.all([1, 2].map(() => create('--email', email, '--login-id', loginId)));
    expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(outcomes.find(({ code }) => code === 1)!.stderr).toMatch(/^This address already has an account\./);
    const taken = await create('--email', unique.email(), '--login-id', loginId);
    expect([taken.code, taken.stderr]).toEqual([1, 'This login ID is taken.\n']);
    await outboxEmpty(app);
    expect(await mailbox.to(email).all()).toHaveLength(1);
  });

  it('names a missing option if there is no terminal, and an invalid one', async () => {
    const email = unique.email();
    for (const [options, message] of [
      [[], '--email is needed'],
      [['--email', email], '--login-id is needed'],
      [['--email', email, '--login-id', 'good-id', '--locale', 'fr'], '--locale:'],
    ] as [string[], string][]) {
      const { code, stderr } = await create(...options);
      expect([options, code, stderr]).toEqual([options, 2, expect.stringContaining(message)]);
    }
    Object.assign(process.env, serverEnvironment({ DATABASE_URL: app.database.url })); // for this test file only
    for (const [changes, message] of [
      [{ email: `${email}, eve@example.test` }, '--email:'],
      [{ loginId: '1' }, '--login-id:'],
      [{ name: 'a\u202eb' }, '--name:'],
    ] as [object, string][])
      expect(
        await refusalOf((withApplication) => createAdmin({ email, loginId: 'good-id', ...changes }, withApplication)),
      ).toEqual([expect.stringContaining(message), true]);
    expect((await app.sql.query(`SELECT FROM members WHERE email = $1`, [email])).rowCount).toBe(0);
  });
});

describe('the prompt for a new administrator', () => {
  const { stdin } = process;
  afterEach(() => {
    Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  });

  it('ends with “Cancelled.” when its input ends, as by Ctrl+D', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    Object.defineProperty(process, 'stdin', { value: terminal, configurable: true });
    Object.assign(process.env, serverEnvironment({ DATABASE_URL: app.database.url })); // for this test file only
    terminal.end();
    expect(await refusalOf((withApplication) => createAdmin({}, withApplication))).toEqual(['Cancelled.', false]);
  });
});

describe('inviting from the command line', () => {
  const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
  const invitations = (...args: string[]) => munjigi(['invitations', ...args], { DATABASE_URL: app.database.url });
  const accept = (token: string) =>
    app.post('/api/auth/invitations/accept', { token, loginId: unique.loginId(), password: unique.password() });
  const tokenIn = (text: string): string => /#token=([\w-]+)/.exec(text)![1]!;

  it('AC-21 mails an invitation that opens, sends it again, and records the reason', async () => {
    const email = unique.email();
    const created = await invitations('create', '--email', email, '--admin', '--reason', 'New colleague');
    expect([created.code, created.stderr]).toEqual([0, '']);
    const id = /^Invitation ([\w-]{36}):/.exec(created.stdout)![1]!;
    const first = await mailbox.to(email).next();
    expect(first.text).toContain('New colleague');
    const again = await invitations('create', '--email', email);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('has an open invitation')]);
    expect((await invitations('list')).stdout).toContain(`${id}  ${email}  admin  (expires `);

    expect(await invitations('resend', id)).toMatchObject({ code: 0, stderr: '' });
    const second = await mailbox.to(email).next({ after: first });
    expect((await accept(tokenIn(first.text))).body.code).toBe('invitation_invalid');
    const { body } = await accept(tokenIn(second.text)).expect(200);
    expect(decodeToken(body.accessToken).claims.role).toBe('admin');
    expect(await invitations('withdraw', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('accepted') });
    const { rows } = await app.sql.query(
      `SELECT type, ip, details ->> 'auditReason' AS reason FROM security_events WHERE type LIKE 'invitation.%' ORDER BY id LIMIT 2`,
    );
    expect(rows).toEqual([
      { type: 'invitation.created', ip: '', reason: 'New colleague' },
      { type: 'invitation.resent', ip: '', reason: null },
    ]);
  });

  it('AC-21 withdraws an invitation, whose link stops working', async () => {
    const email = unique.email();
    const { stdout } = await invitations('create', '--email', email);
    const { text } = await mailbox.to(email).next();
    const id = /^Invitation ([\w-]{36}):/.exec(stdout)![1]!;
    expect(await invitations('withdraw', id, '--reason', 'Mistake')).toMatchObject({ code: 0, stderr: '' });
    expect((await accept(tokenIn(text))).status).toBe(400);
    expect((await invitations('list')).stdout).not.toContain(id);
  });

  it('AC-21 mentions what the list leaves out, and only then', async () => {
    const database = await createTestDatabase();
    const insert = (count: number) =>
      database.pool.query(
        `INSERT INTO invitations (id, email, email_key, role, locale, expires_at)
         SELECT gen_random_uuid(), id, id, 'member', 'en', now() + interval '1 day'
         FROM (SELECT gen_random_uuid()::text AS id FROM generate_series(1, $1)) ids`,
        [count],
      );
    const list = () => munjigi(['invitations', 'list'], { DATABASE_URL: database.url });
    await insert(1000);
    const all = await list();
    expect([all.code, all.stderr, all.stdout.trim().split('\n').length]).toEqual([0, '', 1000]);
    await insert(1);
    const newest = await list();
    expect([newest.stderr, newest.stdout.trim().split('\n').length]).toEqual([
      'Only the newest 1000 are listed.\n',
      1000,
    ]);
    await database.drop();
  });

  it('refuses wrong arguments', async () => {
    const text = 'a\u202eb';
    const wrong = await invitations('create', '--email', 'a@b.test', '--reason', text);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason:') });
    const email = 'a@b.test';
    for (const [message, command] of [
      ['--email:', (work) => createInvitation({ email: 'a@b, c@d', locale: 'en' }, work)],
      ['--locale:', (work) => createInvitation({ email, locale: 'fr' }, work)],
      ['--reason:', (work) => resendInvitation(UNKNOWN_ID, { reason: text }, work)],
      ['not the id', (work) => resendInvitation('1', {}, work)],
      ['not the id', (work) => withdrawInvitation('1', {}, work)],
    ] as [string, Parameters<typeof refusalOf>[0]][])
      expect(await refusalOf(command)).toEqual([expect.stringContaining(message), true]);
  });
});

describe('requests of members from the command line', () => {
  const REASON = ['--reason', 'Letter of Tuesday'];
  const members = (...args: string[]) => munjigi(['members', ...args], { DATABASE_URL: app.database.url });
  const eventsOf = async (id: string): Promise<object[]> =>
    (
      await app.sql.query(
        `SELECT type, actor_id AS actor, user_agent AS agent, details FROM security_events WHERE member_id = $1 AND user_agent LIKE 'munjigi %' ORDER BY id`,
        [id],
      )
    ).rows;

  it('AC-24 changes an address by a link to the new one, with the reason in record and mails', async () => {
    const ada = await given.member(app);
    await outboxEmpty(app);
    const before = (await mailbox.to(ada.email).all()).at(-1);
    const email = unique.email();
    const done = await members('change-email', ada.loginId, '--email', email, ...REASON);
    expect(done).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('outbox') });
    expect((await mailbox.to(ada.email).next({ after: before })).text).toContain('Letter of Tuesday');
    const { linkToken } = await mailbox.to(email).next();
    await app.post('/api/members/me/email/confirm-link', { token: linkToken }).expect(204);
    const { body } = await app.get('/api/members/me', ada.accessToken).expect(200);
    expect(body.email).toBe(email);
    const { body: own } = await app.get('/api/members/me/security-events', ada.accessToken).expect(200);
    const shown = own.items.find(({ type }: { type: string }) => type === 'email.change_requested');
    expect(shown).toMatchObject({ byAdmin: true, ip: '', userAgent: '' });
    expect(await eventsOf(ada.id)).toEqual([
      {
        ...{ type: 'email.change_requested', actor: null, agent: 'munjigi members change-email' },
        details: { auditReason: 'Letter of Tuesday' },
      },
    ]);
    const again = await members('change-email', ada.id, '--email', email, ...REASON);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already has an account') });
  });

  it('AC-24 AC-25 names what can be done about a disabled member', async () => {
    const ada = await given.member(app);
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [ada.id]);
    const change = await members('change-email', ada.id, '--email', unique.email(), ...REASON);
    expect(change).toMatchObject({ code: 1, stderr: expect.stringContaining('the address cannot be changed.') });
    const erase = await members('erase', ada.id, ...REASON);
    expect(erase).toMatchObject({ code: 1, stderr: expect.stringContaining('use "erase --now".') });
  });

  it('AC-24 AC-25 exports a member to a new file, then erases for good', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'munjigi-'));
    const ada = await given.member(app);
    const file = join(directory, 'ada.json');
    expect(await members('export', ada.email, '--file', file, ...REASON)).toMatchObject({ code: 0, stderr: '' });
    const { profile, securityEvents } = JSON.parse(await readFile(file, 'utf8'));
    expect(profile).toMatchObject({ id: ada.id, email: ada.email });
    const views = securityEvents.filter(({ type }: { type: string }) => type === 'member.viewed');
    expect(views).toEqual([expect.objectContaining({ byAdmin: true, ip: '', userAgent: '' })]);
    const again = await members('export', ada.email, '--file', file, ...REASON);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be created') });
    await rm(directory, { recursive: true });
    expect(await members('erase', ada.email, '--now', ...REASON)).toMatchObject({ code: 0, stderr: '' });
    await app.get('/api/members/me', ada.accessToken).expect(401);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(401);
    const details = { auditReason: 'Letter of Tuesday' };
    expect(await eventsOf(ada.id)).toMatchObject([
      { type: 'member.viewed', details: { ...details, what: 'export' } },
      { type: 'session.ended' },
      { type: 'member.erasure_demanded', details: { ...details, atOnce: true } },
      { type: 'account.closed', details },
    ]);
  });

  it('AC-24 leaves no part of an export that does not fit on the disk', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'munjigi-'));
    const ada = await given.member(app);
    const args = ['members', 'export', ada.email, '--file', join(directory, 'ada.json'), ...REASON];
    const failed = await munjigiOnFullDisk(args, { DATABASE_URL: app.database.url });
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written') });
    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it.each([
    ['no such member', 1, ['erase', unique.email(), '--reason', 'x']],
    ['--reason', 2, ['erase', 'ada']],
    ['--reason', 2, ['erase', 'ada', '--now', '--reason', ' ']],
    ['--email:', 2, ['change-email', 'ada', '--email', 'a@b, c@d', '--reason', 'x']],
  ])('refuses with %s', async (message, code, args) => {
    expect(await members(...args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });
});

describe('separate web and worker processes', () => {
  const program = (...command: string[]): readonly [string, ...string[]] => [
    ...(['/bin/sh', '-c', 'cd dist && exec "$@"', 'sh'] as const),
    process.execPath,
    ...command,
  ];
  let database: TestDatabase;
  const started: TestApp[] = [];
  const start = async (env: TestAppOptions['env'], ...command: string[]): Promise<TestApp> => {
    const settings = { API_ENABLED: 'true', WORKER_ENABLED: 'true', HASH_CONCURRENCY: '30', ...env };
    const app = await TestApp.start({ database, env: settings, program: program(...command) });
    started.push(app);
    return app;
  };
  /** The thread pool has one thread for each concurrent hash, and two more. The default of Node.js is four. */
  const expectCleanStop = async (app: TestApp): Promise<void> => {
    if (process.platform === 'linux') expect(readdirSync(`/proc/${app.pid}/task`).length).toBeGreaterThanOrEqual(32);
    expect(await app.stop()).toBe(0);
  };
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    for (const app of started) await app.stop();
    await database.drop();
  });

  it('serve and worker override the environment: a web process leaves mail to a worker, which serves no API', async () => {
    const web = await start({}, 'munjigi.cjs', 'serve', '--no-worker');
    const values = unique.signUp();
    await web.post('/api/auth/sign-up', values).expect(202);
    expect(
      (await web.sql.query(`SELECT FROM outbox_messages WHERE status = 'pending' AND attempts = 0`)).rowCount,
    ).toBe(1);
    const worker = await start({}, 'munjigi.cjs', 'worker');
    expect((await mailbox.to(values.email).next()).code).toBeDefined();
    await expectNoApi(worker);
    await web.get('/.well-known/jwks.json').expect(200);
    await expectCleanStop(worker);
    await expectCleanStop(web);
  });

  it('the plain server follows the environment', async () => {
    const worker = await start({ API_ENABLED: 'false' }, 'start.cjs');
    await expectNoApi(worker);
    await expectCleanStop(worker);
  });

  async function expectNoApi(worker: TestApp): Promise<void> {
    await worker.get('/health/ready').expect(200);
    await worker.get('/health/live').expect(200);
    for (const path of [
      '/api/members/me',
      '/docs',
      '/docs-json',
      '/pages/not-me',
      '/healthy',
      '/.well-known/jwks.json',
      '/',
    ])
      expect([path, (await worker.get(path)).body?.code]).toEqual([path, 'not_found']);
    expect((await worker.post('/api/auth/sign-up', unique.signUp())).body.code).toBe('not_found');
  }
});

describe('after a backup was restored', () => {
  it('MI-03 codes and sessions that may have been used since do not work again; passwords do', async () => {
    const ada = await given.member(app);
    const signUpMail = (await mailbox.to(ada.email).all()).at(-1);
    const { body: asked } = await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    const { code } = await mailbox.to(ada.email).next({ after: signUpMail });
    await app.get('/api/members/me', ada.accessToken).expect(200);
    await app.sql.query(
      `INSERT INTO social_requests (id_digest, provider, state_digest, sealed, redirect_uri, expires_at)
       VALUES ('a', 'google', 'a', 'a', '', 'infinity')`,
    );
    await app.sql.query(`INSERT INTO social_sign_ups (id_digest, sealed, expires_at) VALUES ('a', 'a', 'infinity')`);

    const { rowCount: sessions } = await app.sql.query('SELECT FROM sessions WHERE ended_at IS NULL');
    expect(sessions).toBeGreaterThan(0);
    const { code: exitCode, stdout } = await munjigi(['after-restore'], { DATABASE_URL: app.database.url });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(` ${sessions} sessions`)]);
    // Access tokens of lost sessions cannot be revoked, so the servers must stay stopped until they
    // expire.
    const [, seconds, time] = /valid for up to (\d+) seconds\. .* start them at (\S+) or later/.exec(stdout)!;
    const { exp } = decodeToken(ada.accessToken).claims as { exp: number };
    expect(seconds).toBe('900'); // the longest that production allows: the setting may have been shortened
    expect(Date.parse(time!)).toBeGreaterThanOrEqual(exp * 1000);

    const proof = { requestId: asked.requestId, code };
    const social = await app.sql.query(
      'SELECT expires_at FROM social_requests UNION SELECT expires_at FROM social_sign_ups',
    );
    expect(social.rows).toEqual([]);
    await app.post('/api/auth/password-reset/confirm-code', proof).expect(400);
    await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(401);
    await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(200);
  });

  it('EV-01 MI-03 new events come after every event that receivers know, also after events that the backup lacks', async () => {
    const { id, key } = await givenApiKey(app, ['events:read']);
    await app.sql.query(`INSERT INTO event_consumers (id, kind) VALUES ($1, 'api-key')`, [id]);
    const read = async (after: string) =>
      (await app.get(`/api/integrations/events?limit=100&after=${after}`, key).expect(200)).body;
    let cursor = (await read('latest')).nextCursor;
    let last = '';
    // Each restore is of the same backup, which also lacks the events since the restore before.
    for (let restores = 0; restores < 3; restores += 1) {
      const ada = await given.member(app);
      const { items, nextCursor } = await read(cursor);
      expect(items.map(({ type, memberId }: any) => [type, memberId])).toEqual([
        ['member.created', ada.id],
        ['session.started', ada.id],
      ]);
      // A receiver ignores ids that are not greater than the last one of the member.
      expect(items[0].id > last).toBe(true);
      last = items[1].id;
      cursor = nextCursor;
      await app.sql.query(`DELETE FROM events; SELECT setval('events_id_seq', 1), setval('events_position_seq', 1)`);
      expect((await munjigi(['after-restore'], { DATABASE_URL: app.database.url })).code).toBe(0);
    }
  });

  it('MI-03 an e-mail change cannot be undone any more: it may have been undone since', async () => {
    const ada = await given.member(app);
    await app.sql.query(
      `INSERT INTO email_changes (id, member_id, old_email, old_email_key, undo_digest, undo_until)
       VALUES (gen_random_uuid(), $1, 'old@example.test', 'old@example.test', 'x', now() + interval '1 day')`,
      [ada.id],
    );
    const { stdout } = await munjigi(['after-restore'], { DATABASE_URL: app.database.url });
    expect(stdout).toContain('1 undo links for e-mail changes');
    const { rowCount } = await app.sql.query(`SELECT FROM email_changes WHERE closed_at IS NULL`);
    expect(rowCount).toBe(0);
  });

  it('MI-03 all rows are voided, however long a statement takes', async () => {
    const ada = await given.member(app);
    const MANY = 50_000;
    const { rowCount: earlier } = await app.sql.query('SELECT FROM sessions WHERE ended_at IS NULL');
    await app.sql.query(
      `INSERT INTO sessions (id, member_id, transport, user_agent, ip, idle_expires_at, absolute_expires_at)
       SELECT gen_random_uuid(), $1, 'body', '', '-', 'infinity', 'infinity' FROM generate_series(1, ${MANY})`,
      [ada.id],
    );
    await app.sql.query(
      `INSERT INTO proof_requests (id, purpose, email_key, code_expires_at, link_expires_at)
       SELECT gen_random_uuid(), 'find-login-id', 'a', 'infinity', 'infinity' FROM generate_series(1, ${MANY})`,
    );
    // Simulates tables that are a thousand times larger.
    await app.sql.query(
      `CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$;
       CREATE TRIGGER take_long AFTER UPDATE ON email_changes EXECUTE FUNCTION take_long()`,
    );
    const outcome = await munjigi(['after-restore'], {
      DATABASE_URL: app.database.url,
      DATABASE_TIMEOUT_SECONDS: '1',
    });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const [, proofs, sessions] = /Voided: (\d+) codes and links, (\d+) sessions/.exec(outcome.stdout)!;
    expect(Number(proofs)).toBeGreaterThanOrEqual(MANY);
    expect(Number(sessions)).toBe(MANY + earlier!);
    const { rows } = await app.sql.query(
      `SELECT (SELECT count(*)::int FROM sessions WHERE ended_at IS NULL) AS sessions, (SELECT count(*)::int FROM revocations) AS revocations,
         (SELECT count(*)::int FROM proof_requests WHERE spent_at IS NULL AND voided_at IS NULL) AS proofs`,
    );
    // Few revocations, because servers load all of them when they start.
    expect(rows[0]).toMatchObject({ sessions: 0, proofs: 0 });
    expect(rows[0].revocations).toBeLessThan(100);
    await app.sql.query('DROP TRIGGER take_long ON email_changes');
    expect((await munjigi(['after-restore'], { DATABASE_URL: app.database.url })).stdout).toContain(
      'Voided: 0 codes and links, 0 sessions',
    );
  });
});
