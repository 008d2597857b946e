import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { DatabaseClient } from '../../src/platform/database/database-client.js';
import { sessionSettings } from '../../src/platform/database/session-settings.js';
import { given } from '../support/factories.js';
import { serverEnvironment } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Runs the server until it ends by itself. */
async function run(env: Record<string, string | undefined>): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: PROJECT_ROOT, env: serverEnvironment(env), timeout: 50_000 };
    const server = execFile(process.execPath, ['dist/main.js'], options, (_error, stdout, stderr) =>
      resolve({ code: server.exitCode, output: stdout + stderr }),
    );
  });
}

/** Loads the file that sets up the thread pool, as the server does first, and prints the priority of each thread. */
const THREADS = `require('./dist/thread-pool.cjs');
  const threads = process.platform === 'linux' ? require('node:fs').readdirSync('/proc/self/task') : [];
  console.log(JSON.stringify(threads.map((id) => require('node:os').getPriority(Number(id)))));`;

it('hashes give way to requests: only the threads of the pool have a lower priority', async () => {
  const env = { ...process.env, HASH_CONCURRENCY: '3', UV_THREADPOOL_SIZE: '' };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', THREADS], { cwd: PROJECT_ROOT, env });
  const own = os.getPriority();
  const lower = (JSON.parse(stdout) as number[]).filter((niceness) => niceness !== own);
  // Other systems have no priority for a single thread.
  expect(lower).toEqual(process.platform !== 'linux' ? [] : Array(5).fill(Math.min(own + 10, 19)));
});

describe('a server with a bad configuration', () => {
  it('SL-03 it does not start and names every problem at once without repeating a value', async () => {
    const env = {
      NODE_ENV: 'production',
      SECRET: 'my-secret-my-secret-my-secret-my-secret',
      DATABASE_URL: 'mysql://munjigi:hidden-password@localhost/munjigi',
      PUBLIC_URL: 'http://accounts.example.com',
      PORT: 'many',
    };
    const { code, output } = await run(env);
    expect(code).toBe(1);
    for (const name of Object.keys(env).slice(1)) expect(output).toMatch(new RegExp(`^  ${name}: \\S`, 'm'));
    for (const value of [env.SECRET, env.PUBLIC_URL, 'hidden-password', 'many']) expect(output).not.toContain(value);
    expect(output).not.toMatch(/^\s+at /m); // plain lines for the operator, no stack
  });

  it('SL-03 it does not start with invalid keys', async () => {
    const DATABASE_URL = process.env.TEST_POSTGRES_URL;
    const { code, output } = await run({ DATABASE_URL, JWT_KEYS: 'certainly not a key', MIGRATE_ON_START: 'false' });
    expect(code).toBe(1);
    expect(output).toContain('JWT_KEYS: needs PEM blocks of P-256 keys');
    expect(output).not.toContain('certainly');
  });

  it.each<[string, (url: URL) => unknown, RegExp]>([
    ['does not exist', (url) => (url.pathname = '/nowhere'), /"nowhere" does not exist\. Create the database, or/],
    [
      'refuses the password',
      (url) => (url.password = 'hunter22'),
      /authentication failed .*\. Correct the user or the/,
    ],
  ])('a database that %s stops the start with one sentence and what to do', async (_, change, sentence) => {
    const url = new URL(process.env.TEST_POSTGRES_URL!);
    change(url);
    const { code, output } = await run({ DATABASE_URL: url.href });
    expect(output).toMatch(/^The database of DATABASE_URL cannot be used: .*\n$/);
    expect([code, output]).toEqual([1, expect.stringMatching(sentence)]);
    expect(output).not.toContain('hunter22');
  });

  it('a taken port stops the start with one sentence and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const settings = { DATABASE_URL: process.env.TEST_POSTGRES_URL, MIGRATE_ON_START: 'false', HOST: '127.0.0.1' };
    const taken = await run({ ...settings, PORT: String(port), LOG_LEVEL: 'warn' });
    other.close();
    const sentence = `Port ${port} of 127.0.0.1 is taken by another program (EADDRINUSE). Stop that program, or set`;
    expect([taken.code, taken.output]).toEqual([1, expect.stringContaining(sentence)]);
    expect(taken.output).not.toMatch(/^\s+at |"stack"|NestApplication/m);
  });
});

describe('a server whose URL and database have settings of their own', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    for (const setting of [
      ...[`DateStyle = 'SQL, DMY'`, `TimeZone = 'Asia/Seoul'`, 'standard_conforming_strings = off'],
      ...[`default_transaction_isolation = 'serializable'`, 'statement_timeout = 1', 'lock_timeout = 1'],
    ])
      await database.pool.query(`ALTER DATABASE ${database.name} SET ${setting}`);
  });
  afterAll(() => database.drop());

  it('uses the settings of the server on every connection', async () => {
    const url = new URL(database.url);
    url.search = new URLSearchParams({
      options: '-c DateStyle=German -c statement_timeout=0 -c search_path=public,pg_temp',
      statement_timeout: '0',
    }).toString();
    const app = await TestApp.start({ database, env: { DATABASE_URL: url.href, DATABASE_REPLICA_URL: url.href } });
    try {
      const member = await given.member(app);
      const { body } = await app.get('/api/auth/sessions', member.accessToken).expect(200);
      const age = Date.now() - Date.parse(body.items[0].createdAt);
      expect(Math.abs(age)).toBeLessThan(3_600_000); // Seoul is nine hours away
    } finally {
      await app.stop();
    }
  });

  it('sets all that its statements rely on, and keeps the other settings of the URL', async () => {
    const client = new DatabaseClient({
      connectionString: `${database.url}?options=-c%20DateStyle=German%20-c%20search_path=pg_temp&lock_timeout=7`,
      session: sessionSettings({ timeoutMs: 20_000 }),
    });
    await client.connect();
    const { rows } = await client.query<{ name: string; value: string }>(
      `SELECT name, setting AS value FROM pg_settings WHERE source = 'client'`,
    );
    await client.end();
    expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toMatchObject({
      ...sessionSettings({ timeoutMs: 20_000 }),
      search_path: 'pg_temp',
    });
  });
});
