import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenApiKey } from '../support/api-keys.js';
import { BreakablePostgres } from '../support/breakable-postgres.js';
import { eventually } from '../support/eventually.js';
import { unique } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { afterCooldown } from '../support/recovery.js';
import { SecretSearch } from '../support/secret-search.js';
import { TEST_SECRET } from '../support/server-environment.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TestApp } from '../support/test-app.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';
import { codeAt } from '../support/second-factor.js';

allowTime();

const MEMBERS = howMany({ short: 5, long: 480 });
const AT_ONCE = howMany({ short: 5, long: 24 });
/** Each of them issues two secrets. */
const REFRESHES = howMany({ short: 10, long: 40 });
/**
 * In the long form a mail waits for the requests of the other members, and for PostgreSQL to log
 * every statement of them.
 */
const MAIL_PATIENCE_MS = howMany({ short: 60_000, long: 120_000 });
const LEAST_SECRETS = howMany({ short: 250, long: 50_000 });

/**
 * Everything that PostgreSQL can be made to log: each statement with the values bound to it, also
 * of those that fail.
 */
const TALKATIVE = [
  ...['log_statement=all', 'log_min_messages=debug1', 'log_line_prefix='],
  ...['log_parameter_max_length=-1', 'log_parameter_max_length_on_error=-1', 'log_min_duration_statement=0'],
];

const PIECE_BYTES = 1024;

describe('search for secrets', () => {
  it('it finds every encoding, also across file chunks, and no six digits inside a word', async () => {
    const search = new SecretSearch();
    search.add('password', 'a tall giraffe/27');
    search.add('code', '271828');
    const spellings = ['password=a tall giraffe/27.', 'q=a%20tall%20giraffe%2F27', 'code: "271828"'];
    for (const form of ['hex', 'base64', 'base64url'] as const)
      for (const front of ['', 'x', 'xy']) spellings.push(Buffer.from(`${front}a tall giraffe/27`).toString(form));
    const directory = await mkdtemp(path.join(tmpdir(), 'munjigi-search-'));
    try {
      for (const spelling of spellings) {
        expect([spelling, search.findIn(spelling).length]).toEqual([spelling, 1]);
        const file = path.join(directory, 'log');
        for (const cut of [1, 7, spelling.length - 1]) {
          await writeFile(file, `${'.'.repeat(PIECE_BYTES - cut - 1)} ${spelling}\n`);
          expect([spelling, cut, (await search.findInFile(file, PIECE_BYTES)).found.length]).toEqual([
            spelling,
            cut,
            1,
          ]);
        }
      }
      for (const text of ['9271828', 'id-271828', '271828ff', '12.271828'])
        expect([text, search.findIn(text)]).toEqual([text, []]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('all logs', () => {
  const secrets = new SecretSearch();
  const addresses = new SecretSearch();
  const refusals: string[] = [];
  let postgres: BreakablePostgres;
  let sink: SmtpSink;
  let app: TestApp;
  beforeAll(async () => {
    [postgres, sink] = await Promise.all([BreakablePostgres.start({ settings: TALKATIVE }), SmtpSink.start()]);
    const env = { SMTP_URL: sink.url, LOG_LEVEL: 'debug', CODE_RESEND_SECONDS: '1', RISK_REFRESH_BURST: '1000000' };
    app = await TestApp.start({ database: postgres.database, env });
  });
  afterAll(async () => {
    await app?.stop();
    await sink?.stop();
    await postgres?.database.drop();
  });

  const mailsTo = (address: string) => sink.mails.filter(({ to }) => to.includes(address));
  /** The next mail with a code after the `already` earlier ones. */
  const newestMailWithCode = (address: string, already = 0) =>
    eventually(
      'a code',
      async () => mailsTo(address).filter(({ code }) => code !== undefined)[already],
      MAIL_PATIENCE_MS,
    );

  const keep = (body: Record<string, unknown>): void => {
    for (const name of ['accessToken', 'refreshToken', 'deviceToken', 'mfaToken', 'resetToken', 'secret'])
      secrets.add(name, body[name] as string | undefined);
    for (const name of ['signUpId', 'requestId']) secrets.add(name, body[name] as string | undefined);
    for (const code of (body.recoveryCodes as string[] | undefined) ?? []) secrets.add('recovery code', code);
  };

  /** Signs up, refreshes, adds a second factor and recovers the account. Also sends secrets where they do not belong. */
  async function live(): Promise<void> {
    const client = app.client();
    const { email, loginId, password } = unique.signUp();
    addresses.add('address', email);
    secrets.add('password', password);
    const did = async (answer: Promise<HttpAnswer>): Promise<any> => {
      const { status, body, text } = await answer;
      if (status >= 400) throw new Error(`${status} ${text}`);
      if (body) keep(body);
      return body;
    };
    const refused = async (answer: Promise<HttpAnswer>): Promise<void> => {
      const { status, headers, text } = await answer;
      if (status < 400) throw new Error(`not refused: ${text}`);
      refusals.push(JSON.stringify(headers), text);
    };

    const { signUpId } = await did(client.post('/api/auth/sign-up', { loginId, email, password }));
    const welcome = await newestMailWithCode(email);
    secrets.add('code', welcome.code);
    const wrongCode = String((Number(welcome.code) + 1) % 1_000_000).padStart(6, '0');
    await refused(client.post('/api/auth/sign-up/confirm-code', { signUpId, code: wrongCode }));
    let tokens = await did(client.post('/api/auth/sign-up/confirm-code', { signUpId, code: welcome.code }));

    for (let left = REFRESHES; left > 0; left -= 1)
      tokens = await did(client.post('/api/auth/refresh', undefined, tokens.refreshToken));
    const { accessToken, refreshToken } = tokens;
    await did(client.post('/api/auth/verify', { token: accessToken }));
    await refused(client.get('/api/members/me', refreshToken));
    await refused(client.post('/api/auth/refresh', undefined, accessToken));
    await refused(client.get(`/api/members/me?access_token=${accessToken}`));
    await refused(client.get(`/api/${refreshToken}`, accessToken));
    const { key } = await givenApiKey(app, ['members:read']);
    secrets.add('API key', key);
    secrets.add('secret of an API key', key.slice(-43));
    await did(client.get('/api/admin/members?limit=1', key));
    await refused(client.get('/api/members/me', key));
    await refused(client.get('/api/admin/members', key.slice(0, -1)));
    await refused(client.post(`/api/auth/refresh?refreshToken=${refreshToken}`));
    await refused(
      client.request('POST', '/api/auth/login', { raw: `{"identifier":"${loginId}","password":"${password}` }),
    );
    await refused(client.post('/api/auth/login', { identifier: loginId, password: [password], [password]: email }));
    await refused(client.patch('/api/members/me', { locale: password, email }, accessToken));

    const { secret } = await did(client.post('/api/members/me/totp', { password }, accessToken));
    const enrolled = await did(client.post('/api/members/me/totp/confirm', { code: codeAt(secret) }, accessToken));
    const login = await did(client.post('/api/auth/login', { identifier: loginId, password }));
    await refused(client.post('/api/auth/login/mfa', { mfaToken: login.mfaToken, code: wrongCode }));
    await did(client.post('/api/auth/login/mfa', { mfaToken: login.mfaToken, code: enrolled.recoveryCodes[0] }));
    const typed = unique.password();
    secrets.add('typed password', typed);
    await refused(client.post('/api/auth/login', { identifier: email, password: typed }));

    const codeFrom = async (path: string) => {
      const before = mailsTo(email).filter(({ code }) => code !== undefined).length;
      const { requestId } = await did(client.post(path, { email }));
      const { code } = await newestMailWithCode(email, before);
      secrets.add('code', code);
      return { requestId, code };
    };
    const newPassword = unique.password();
    secrets.add('password', newPassword);
    const reset = await codeFrom('/api/auth/password-reset/send-code');
    const { resetToken } = await did(client.post('/api/auth/password-reset/confirm-code', reset));
    await refused(client.get('/api/members/me', resetToken));
    await did(client.post('/api/auth/password-reset', { newPassword }, resetToken));
    await refused(client.post('/api/auth/password-reset', { newPassword: password }, resetToken));
    await afterCooldown(app);
    const found = await codeFrom('/api/auth/login-id/send-code');
    await did(client.post('/api/auth/login-id/confirm-code', found));
  }

  it('SL-01 no issued secret appears at any log level; addresses appear only where SQL is logged', async () => {
    secrets.add('master secret', TEST_SECRET);
    const waiting = Array.from({ length: MEMBERS }, () => live);
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next();
      }),
    );
    for (const { linkTokens } of sink.mails) for (const token of linkTokens) secrets.add('link token', token);
    expect(secrets.size).toBeGreaterThanOrEqual(LEAST_SECRETS);

    const places: Record<string, string> = {
      log: app.logs.join('\n'),
      metrics: (await app.get('/metrics').expect(200)).text,
      refusals: refusals.join('\n'),
    };
    for (const [place, text] of Object.entries(places)) {
      expect([place, secrets.findIn(text)]).toEqual([place, []]);
      expect([place, addresses.findIn(text)]).toEqual([place, []]);
    }
    const sql = await secrets.findInFile(postgres.logFile);
    expect(sql.found).toEqual([]);
    // The same search finds the addresses, so the log does hold the values of statements.
    expect((await addresses.findInFile(postgres.logFile)).found.length).toBeGreaterThanOrEqual(MEMBERS);
    const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    process.stdout.write(
      `secrets in logs (${IS_LONG ? 'long' : 'short'} form): ${secrets.size} secrets, 0 found in ${mib(places.log!.length)} of log, ${mib(sql.bytes)} of PostgreSQL's, ${refusals.length / 2} refusals, metrics\n`,
    );
  });
});
