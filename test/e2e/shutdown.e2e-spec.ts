import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '../../dev/project.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember, unique } from '../support/factories.js';
import { serverEnvironment } from '../support/server-environment.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TestApp, type TestAppOptions } from '../support/test-app.js';
import { createTestDatabase } from '../support/test-database.js';
import { allowManyStarts, allowTime } from '../support/test-length.js';

allowManyStarts();
allowTime();

describe('a server that is asked to stop by SIGTERM', () => {
  let app: TestApp;
  let ada: GivenMember;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    app = await TestApp.shared();
    ada = await given.member(app);
  });
  afterAll(() => app.stop());
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const another = async (env: TestAppOptions['env'], database = app.database): Promise<TestApp> => {
    const server = await TestApp.start({ database, env });
    cleanups.push(() => server.stop());
    return server;
  };
  const proxyToDatabase = async (): Promise<TcpProxy> => {
    const proxy = await TcpProxy.to(app.database.url);
    cleanups.push(() => proxy.disconnect().catch(() => undefined));
    return proxy;
  };
  const credentials = () => ({ identifier: ada.loginId, password: ada.password });
  /** Sends many requests at once, so that the pool holds several connections. */
  const fillPool = (server: TestApp) =>
    Promise.all(Array.from({ length: 10 }, () => server.get('/api/members/me', ada.accessToken).expect(200)));

  it('FT-10 SIGTERM ends it while the database is gone', async () => {
    const proxy = await proxyToDatabase();
    const server = await another({ DATABASE_URL: proxy.url });
    await fillPool(server);
    await proxy.disconnect();
    expect(await server.stop()).toBe(0);
  });

  it('FT-10 SIGTERM ends it while the database is silent and connections are open', async () => {
    const proxy = await proxyToDatabase();
    const server = await another({ DATABASE_URL: proxy.url, DATABASE_TIMEOUT_SECONDS: '3' });
    await fillPool(server);
    proxy.stall();
    expect(await server.stop()).toBe(0);
  });

  it('FT-10 it ends while it still waits for its database', async () => {
    const proxy = await proxyToDatabase();
    await proxy.disconnect();
    const env = serverEnvironment({ DATABASE_URL: proxy.url });
    const server = spawn(process.execPath, ['dist/main.js'], { cwd: PROJECT_ROOT, env, stdio: 'pipe' });
    cleanups.push(async () => server.kill('SIGKILL'));
    createInterface({ input: server.stdout }).on('line', (line) => {
      if (line.includes('waiting for the database')) server.kill('SIGTERM');
    });
    expect(await once(server, 'exit')).toEqual([0, null]);
  });

  it('FT-10 it releases a mail that the mail server does not accept, and exits with 0', async () => {
    const database = await createTestDatabase(); // so that no other server sends its mail
    cleanups.push(() => database.drop());
    const sink = await SmtpSink.start();
    cleanups.push(() => sink.stop());
    sink.refuseMail = () => new Promise(() => undefined); // receives the mail and never acknowledges it
    const server = await another({ SMTP_URL: sink.url }, database);
    const values = unique.signUp();
    await server.post('/api/auth/sign-up', values).expect(202);
    await eventually('the mail is on its way', async () => sink.mails[0]);
    expect(await server.stop()).toBe(0);
    const { rows } = await database.pool.query(
      `SELECT attempts, available_at <= now() AS due, payload IS NOT NULL AS kept FROM outbox_messages WHERE status = 'pending'`,
    );
    expect(rows).toEqual([{ attempts: 1, due: true, kept: true }]);
  });

  it('FT-10 it keeps serving while load balancers notice, then closes kept-alive connections', async () => {
    const server = await another({ SHUTDOWN_DRAIN_SECONDS: '15' });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    cleanups.push(async () => agent.destroy());
    const get = (path: string) => answerOf(http.get(`${server.origin}${path}`, { agent }));
    expect((await get('/health/ready')).headers.connection).toBe('keep-alive');
    process.kill(server.pid!, 'SIGTERM');
    const ready = await eventually('it is not ready', async () => {
      const answer = await get('/health/ready');
      return answer.statusCode === 503 ? answer : undefined;
    });
    expect(ready.headers.connection).toBe('close');
    const live = await get('/health/live'); // on a new connection
    expect([live.statusCode, live.headers.connection]).toEqual([200, 'close']);
    await server.post('/api/auth/login', credentials()).expect(200);
    expect(await server.stop()).toBe(0);
  });

  it('FT-10 a request that does not end is cut off: it logs this and exits with 1', async () => {
    const server = await another({ LOG_LEVEL: 'warn', SHUTDOWN_TIMEOUT_SECONDS: '2', DATABASE_TIMEOUT_SECONDS: '20' });
    const holder = await app.sql.connect();
    cleanups.push(async () => holder.release(true));
    await holder.query('BEGIN');
    await holder.query('SELECT FROM members WHERE id = $1 FOR UPDATE', [ada.id]);
    const login = server.post('/api/auth/login', credentials()).catch(() => 'cut off');
    await eventually('the login is under way', async () => {
      const { rowCount } = await app.sql.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'munjigi' AND wait_event_type = 'Lock'`,
      );
      return rowCount! > 0 ? true : undefined;
    });
    process.kill(server.pid!, 'SIGTERM'); // `stop` would close the client connections
    expect(await login).toBe('cut off');
    expect(await server.stop()).toBe(1);
    expect(server.logs.join('\n')).toContain('shutdown timed out');
  });
});

async function answerOf(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer;
}
