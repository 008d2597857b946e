import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { importKeyOf, makeLoginId } from '../../src/users/imports/imported-profile.js';
import { given, unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { OldSystem, type OldAccount } from '../support/old-system.js';
import { TestApp } from '../support/test-app.js';

/** Hook timeout of the server for refused logins, in milliseconds. Each of them takes this long. */
const WAIT = 400;
/** Hook timeout of the server where the old system has to answer in time, also on a busy machine. */
const LONG_WAIT = 5000;
const LIMIT = 3;

let old: OldSystem;
let app: TestApp;
/** For logins that are refused. */
let quick: TestApp;
beforeAll(async () => {
  old = await OldSystem.listen();
  app = await TestApp.start({
    env: {
      ...old.env,
      LOG_LEVEL: 'info',
      IMPORT_HOOK_TIMEOUT_MS: String(LONG_WAIT),
      LOGIN_FAILURE_LIMIT: String(LIMIT),
    },
  });
  quick = await app.replica({ env: { IMPORT_HOOK_TIMEOUT_MS: String(WAIT) } });
});
afterAll(async () => {
  await app.stop();
  await old.close();
});
afterEach(() => {
  old.reply = null;
  old.beforeAnswer = async () => undefined;
  old.asked.length = 0;
});

let accounts = 0;
function addAccount(more: Partial<OldAccount> = {}): OldAccount & { loginId: string; email: string } {
  const account = { id: (accounts += 1), ...unique.signUp(), emailVerified: true, ...more };
  old.accounts.push(account);
  return account;
}

const login = (identifier: string, password: string, at = app) =>
  at.client().post('/api/auth/login', { identifier, password });
/** Each refused login takes the whole wait. */
const refuse = (identifier: string, password: string) => login(identifier, password, quick).expect(401);
const membersWith = async (emailKey: string): Promise<Record<string, unknown>[]> =>
  (await app.sql.query('SELECT * FROM members WHERE email_key = $1', [emailKey])).rows;

describe('lazy import', () => {
  it('IM-30 logs a member of the old system in, who then has the password here', async () => {
    const account = addAccount({ name: 'Ada', locale: 'ko', createdAt: '2020-01-02T03:04:05Z' });
    const { email, loginId, password } = account;
    const { body } = await login(email, password).expect(200);
    expect(body).toMatchObject({ status: 'authenticated', accessToken: expect.any(String) });
    expect(await membersWith(email)).toMatchObject([
      { login_id: loginId, name: 'Ada', locale: 'ko', created_at: new Date('2020-01-02T03:04:05Z') },
    ]);
    await login(loginId, password).expect(200);
    // At the second login the member has an account here, so the server does not ask the old system.
    expect(old.asked).toEqual([{ type: 'login.import', identifier: email, password }]);
    expect(old.refused).toEqual([]);
    const { rows } = await app.sql.query(
      `SELECT type FROM security_events JOIN members ON members.id = member_id WHERE email_key = $1 ORDER BY at, type`,
      [email],
    );
    expect(rows.map(({ type }) => type)).toEqual(expect.arrayContaining(['member.imported', 'login.succeeded']));
  });

  it('IM-30 refuses what the old system refuses, and asks it about no member who is here', async () => {
    const { email } = addAccount();
    await refuse(email, 'wrong giraffe 12');
    expect(await membersWith(email)).toEqual([]);
    const member = await given.member(app);
    old.asked.length = 0;
    await refuse(member.email, 'wrong giraffe 12');
    expect(old.asked).toEqual([]);
  });

  it('IM-30 does not ask the old system while an identifier has to wait', async () => {
    const { email, password } = addAccount();
    for (let attempt = 0; attempt < LIMIT; attempt += 1) await refuse(email, 'wrong giraffe 12');
    await refuse(email, password);
    expect(old.asked).toHaveLength(LIMIT);
  });

  it('IM-31 makes one member of two logins at once', async () => {
    const { email, loginId, password } = addAccount();
    let arrived = 0;
    let open: () => void;
    const bothArrived = new Promise<void>((resolve) => (open = resolve));
    old.beforeAnswer = async () => {
      if ((arrived += 1) === 2) open();
      await bothArrived;
    };
    const answers = await Promise.all([login(email, password), login(loginId, password)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await membersWith(email)).toHaveLength(1);
  });

  it('IM-31 opens no account that is here, whatever address the old system names', async () => {
    const victim = await given.member(app);
    const { loginId, password } = addAccount({ email: victim.email });
    await refuse(loginId, password);
    expect(await membersWith(victim.email)).toMatchObject([{ login_id: victim.loginId }]);
    await login(victim.email, victim.password).expect(200);
  });

  it('IM-31 brings no member back who was erased', async () => {
    const { email, password } = addAccount();
    await login(email, password).expect(200);
    await app.sql.query('DELETE FROM members WHERE email_key = $1', [email]);
    await refuse(email, password);
    expect(await membersWith(email)).toEqual([]);
  });

  it('IM-18 makes no member of an unproven address before its owner enters a mailed code', async () => {
    const { email, loginId, password } = addAccount({ emailVerified: false });
    const { body } = await login(email, password).expect(200);
    expect(body).toMatchObject({ status: 'confirmation_required' });
    expect(await membersWith(email)).toEqual([]);
    const { code } = await mailbox.to(email).next();
    await app.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code }).expect(200);
    expect(await membersWith(email)).toMatchObject([{ login_id: loginId }]);
  });

  it('IM-18 IM-31 opens no member’s account through an old account with the same, unproven address', async () => {
    const victim = await given.member(app);
    const { loginId, password } = addAccount({ email: victim.email, emailVerified: false });
    await refuse(loginId, password);
  });

  it('makes a login ID where another member has it, or the old system has none', async () => {
    const { loginId: taken } = await given.member(app);
    const [first, second] = [addAccount({ loginId: taken }), addAccount({ loginId: undefined })];
    for (const { email, password } of [first, second]) {
      await login(email, password).expect(200);
      const local = email.slice(0, email.indexOf('@'));
      expect(await membersWith(email)).toMatchObject([
        { login_id: expect.stringMatching(`^${local.slice(0, 20)}-[0-9a-f]{8}$`) },
      ]);
    }
  });

  it('makes another login ID where a member already has the generated one', async () => {
    const { id, email, password } = addAccount({ loginId: undefined });
    const { loginId: taken } = await given.member(app, {
      loginId: makeLoginId(email, importKeyOf('hook', String(id))),
    });
    await login(email, password).expect(200);
    const [member] = await membersWith(email);
    expect(member!['login_id']).toMatch(new RegExp(`^${taken.slice(0, -8)}[0-9a-f]{8}$`));
    expect(member!['login_id']).not.toBe(taken);
  });

  it.each<[string, (response: import('node:http').ServerResponse, account: OldAccount) => void]>([
    ['does not answer', () => undefined],
    ['breaks off', (response) => void response.destroy()],
    ['answers with a fault', (response) => void response.writeHead(500).end('stack trace')],
    ['redirects', (response) => void response.writeHead(307, { location: '/elsewhere' }).end()],
    ['answers with something else', (response) => void response.writeHead(200).end('<html>')],
    ['answers without end', (response) => void response.writeHead(200).end('x'.repeat(100_000))],
    ['names no id', (response, { id: _, ...account }) => void response.end(JSON.stringify(account))],
    ['names no address', (response, { email: _, ...account }) => void response.end(JSON.stringify(account))],
  ])('IM-32 refuses the login after the same time where the old system %s', async (_, reply) => {
    const account = addAccount();
    old.reply = (response) => reply(response, account);
    const startedMs = performance.now();
    await refuse(account.email, account.password);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(WAIT);
    expect(await membersWith(account.email)).toEqual([]);
  });

  it('IM-32 makes wrong passwords of members wait as long', async () => {
    const { email } = await given.member(app);
    const startedMs = performance.now();
    await refuse(email, 'wrong giraffe 12');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(WAIT);
  });

  it('logs why it failed, and neither identifier nor password nor the answer', async () => {
    const { email, password } = addAccount();
    old.reply = (response) => void response.writeHead(503).end('secret trace');
    await login(email, password).expect(401);
    const lines = app.logs.filter((line) => line.includes('import hook'));
    expect(lines.join('\n')).toContain('answered 503');
    for (const secret of [email, password, 'secret trace', OldSystem.SECRET])
      expect(app.logs.join('\n')).not.toContain(secret);
  });

  it('sends the mail about a new device, and none about the move', async () => {
    const { email, password } = addAccount();
    await login(email, password).expect(200);
    const [mail] = await mailbox.to(email).waitForCount(1);
    expect(mail!.subject).toBe('[Munjigi] New login to your account');
    await mailbox.expectNone(email, app, 1);
  });
});
