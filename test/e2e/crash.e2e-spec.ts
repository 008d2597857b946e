import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember, unique } from '../support/factories.js';
import { type HttpAnswer } from '../support/http-client.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { afterCooldown } from '../support/recovery.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TestApp, type TestAppOptions } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

let app: TestApp;
/** Stands between `app` and its mail server. */
let mailRoute: TcpProxy;
let ada: GivenMember;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  mailRoute = await TcpProxy.to(process.env.TEST_SMTP_URL!);
  app = await TestApp.start({ env: { SMTP_URL: mailRoute.url } });
  ada = await given.member(app);
});
afterAll(async () => {
  await app?.stop();
  await mailRoute.disconnect();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Another server on the same database, for one test. */
async function another(env: TestAppOptions['env']): Promise<TestApp> {
  const server = await TestApp.start({ database: app.database, env });
  cleanups.push(() => server.stop());
  return server;
}

/** Ends the connections of `app` to its mail server. The next ones lead to the server at `url`. */
async function sendMailsTo(url: string): Promise<void> {
  await mailRoute.disconnect();
  mailRoute.redirectTo(url);
  await mailRoute.reconnect();
}

const pendingMails = async () => {
  const { rows } = await app.sql.query(
    `SELECT template, message_id AS "messageId", attempts FROM outbox_messages WHERE status = 'pending' ORDER BY created_at`,
  );
  return rows as { template: string; messageId: string; attempts: number }[];
};

/** How many connections of the servers wait for a lock. */
const waitingForLock = async (): Promise<number> => {
  const { rowCount } = await app.sql.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'munjigi' AND wait_event_type = 'Lock'`,
  );
  return rowCount!;
};

/** Makes all pending mails due at once. */
const dueNow = () =>
  app.sql.query(
    `WITH due AS (UPDATE outbox_messages SET available_at = now() - interval '1 s' WHERE status = 'pending')
     SELECT pg_notify('munjigi_outbox', '')`,
  );

const messageIdOf = (raw: string): string => /^Message-ID: *(<[^>]+>)/im.exec(raw)?.[1] ?? '';

describe('a killed server', () => {
  beforeEach(async () => {
    await outboxEmpty(app);
    await afterCooldown(app);
  });
  afterEach(() => sendMailsTo(process.env.TEST_SMTP_URL!));

  /** Kills the server and restarts it. The new process reaches the real mail server of the tests. */
  const replace = async (): Promise<void> => {
    await app.kill();
    await sendMailsTo(process.env.TEST_SMTP_URL!);
    await app.restart();
  };
  const requestResetCode = async (): Promise<string> => {
    const { body } = await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    return body.requestId as string;
  };
  const confirm = (requestId: string, code: string | undefined) =>
    app.post('/api/auth/password-reset/confirm-code', { requestId, code }).expect(200);

  it('O1 O4 FT-02 an acknowledged request and its mail survive', async () => {
    await mailRoute.disconnect();
    const values = unique.signUp();
    const { body: signUp } = await app.post('/api/auth/sign-up', values).expect(202);
    const requestId = await requestResetCode();
    await app.kill();
    const rows = await pendingMails();
    expect(rows.map(({ template }) => template)).toEqual(['sign-up', 'password-reset']);

    const earlier = (await mailbox.to(ada.email).all()).at(-1);
    await replace();
    await dueNow();
    const welcome = await mailbox.to(values.email).next();
    const resetMail = await mailbox.to(ada.email).next({ after: earlier });
    expect([messageIdOf(welcome.raw), messageIdOf(resetMail.raw)]).toEqual(rows.map(({ messageId }) => messageId));
    const signedUp = { signUpId: signUp.signUpId, code: welcome.code };
    await app.post('/api/auth/sign-up/confirm-code', signedUp).expect(200);
    await confirm(requestId, resetMail.code);
  });

  it('FT-02 the next server sends its mail after the lease ends, and not before', async () => {
    const sink = await SmtpSink.start();
    cleanups.push(() => sink.stop());
    sink.isMute = true;
    await sendMailsTo(sink.url);
    const requestId = await requestResetCode();
    await eventually('the mail is claimed', async () => (await pendingMails()).find(({ attempts }) => attempts > 0));

    const earlier = (await mailbox.to(ada.email).all()).at(-1);
    await replace();
    const values = unique.signUp();
    await app.post('/api/auth/sign-up', values).expect(202);
    await mailbox.to(values.email).next(); // queued later, but sent while the claimed mail waits
    expect(await pendingMails()).toEqual([expect.objectContaining({ template: 'password-reset', attempts: 1 })]);
    await dueNow();
    await confirm(requestId, (await mailbox.to(ada.email).next({ after: earlier })).code);
  });

  it('FT-02 a mail may be sent twice if the server dies before recording it: same Message-ID, same code', async () => {
    const sink = await SmtpSink.start();
    cleanups.push(() => sink.stop());
    sink.refuseMail = () => new Promise(() => undefined); // receives the mail and never acknowledges it
    await sendMailsTo(sink.url);
    const requestId = await requestResetCode();
    const sent = await eventually('the mail is taken', async () => sink.mails[0]);

    const earlier = (await mailbox.to(ada.email).all()).at(-1);
    await replace();
    await dueNow();
    const mail = await mailbox.to(ada.email).next({ after: earlier });
    expect([messageIdOf(mail.raw), mail.code]).toEqual([sent.messageId, sent.code]);
    await confirm(requestId, sent.code);
  });
});

describe('a server that loses its database', () => {
  const statuses = (answers: HttpAnswer[]) => [...new Set(answers.map(({ status }) => status))].sort();

  it('FT-05 it survives repeated termination of every connection', async () => {
    const { pid } = app;
    for (let round = 0; round < 5; round += 1) {
      const requests = Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0
          ? app.get('/api/members/me', ada.accessToken)
          : app.post('/api/auth/password-reset/send-code', { email: unique.email() }),
      );
      await app.sql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'munjigi%'`,
      );
      for (const { status, headers } of await Promise.all(requests)) {
        expect([200, 202, 503]).toContain(status);
        if (status === 503) expect(headers['retry-after']).toMatch(/^\d+$/);
      }
    }
    await eventually('it answers again', async () =>
      (await app.get('/api/members/me', ada.accessToken)).status === 200 ? true : undefined,
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.get('/api/members/me', ada.accessToken)));
    expect(statuses(answers)).toEqual([200]);
    expect(app.pid).toBe(pid);
  });

  it('FT-05 it answers 503 with Retry-After while disconnected, and recovers by itself', async () => {
    const proxy = await TcpProxy.to(app.database.url);
    cleanups.push(() => proxy.disconnect().catch(() => undefined));
    const cutOff = await another({ DATABASE_URL: proxy.url });
    const credentials = { identifier: ada.loginId, password: ada.password };
    const { body: ended } = await cutOff.post('/api/auth/login', credentials).expect(200);

    await proxy.disconnect();
    await cutOff.get('/health/live').expect(200);
    const ready = await cutOff.get('/health/ready').expect(503);
    expect(ready.headers['retry-after']).toMatch(/^\d+$/);
    const refused = await Promise.all([
      cutOff.get('/api/members/me', ada.accessToken),
      cutOff.post('/api/auth/login', credentials),
      cutOff.post('/api/auth/refresh', undefined, ada.refreshToken),
      cutOff.post('/api/auth/password-reset/send-code', { email: ada.email }),
      cutOff.post('/api/auth/sign-up', unique.signUp()),
    ]);
    for (const { status, body } of refused)
      expect([status, body.code, body.retryAfter]).toEqual([503, 'service_unavailable', 2]);

    // The logout happens on another server. `cutOff` misses the notification and must still refuse
    // the session.
    await app.post('/api/auth/logout', undefined, ended.accessToken).expect(204);
    await proxy.reconnect();
    await eventually('it is ready again', async () =>
      (await cutOff.get('/health/ready')).status === 200 ? true : undefined,
    );
    await cutOff.get('/api/members/me', ended.accessToken).expect(401);
    await cutOff.get('/api/members/me', ada.accessToken).expect(200);
    await cutOff.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
  });

  it('FT-05 it gives up on silent connections to its database and answers again', async () => {
    const proxy = await TcpProxy.to(app.database.url);
    cleanups.push(() => proxy.disconnect().catch(() => undefined));
    const waiting = await another({ DATABASE_URL: proxy.url, DATABASE_TIMEOUT_SECONDS: '5' });
    await waiting.get('/api/members/me', ada.accessToken).expect(200);
    proxy.stall();
    // The open connections to the database are silent from here on, so an answer shows that the server
    // gave up on them.
    await waiting.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(503);
    await eventually('it answers again', async () =>
      (await waiting.get('/api/members/me', ada.accessToken)).status === 200 ? true : undefined,
    );
  });
});

describe('a server whose database is read-only', () => {
  const attempts = () => [
    app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }),
    app.post('/api/auth/sign-up', unique.signUp()),
    app.post('/api/auth/password-reset/send-code', { email: unique.email() }),
    app.patch('/api/members/me', { name: 'Ada' }, ada.accessToken),
  ];
  const expectRefusals = async () => {
    for (const { status, body, headers } of await Promise.all(attempts())) {
      expect([status, body.code]).toEqual([503, 'service_unavailable']);
      expect(headers['retry-after']).toMatch(/^\d+$/);
    }
    await app.get('/api/members/me', ada.accessToken).expect(200); // reads still work
  };
  const expectRecovery = () =>
    eventually('writes succeed again', async () => {
      const answers = await Promise.all(attempts());
      return answers.every(({ status }) => status < 300) ? true : undefined;
    });

  it('FT-07 with a full disk it answers writes with 503, keeps reading, and recovers by itself', async () => {
    const { pid } = app;
    const { rows } = await app.sql.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
    );
    const tables = rows.map(({ tablename }) => tablename as string);
    // Triggers raise the error of a full disk: disk_full, SQLSTATE 53100.
    await app.sql.query(`CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
    cleanups.push(() => app.sql.query('DROP FUNCTION IF EXISTS disk_full CASCADE'));
    for (const table of tables)
      await app.sql.query(
        `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION disk_full()`,
      );
    await expectRefusals();
    await app.sql.query('DROP FUNCTION disk_full CASCADE');
    await expectRecovery();
    expect(app.pid).toBe(pid);
  });

  it('FT-06 it replaces connections to a server that became read-only, as after a failover', async () => {
    const { rows } = await app.sql.query('SELECT current_database() AS name');
    const name = `"${(rows[0] as { name: string }).name}"`;
    const makeWritable = () =>
      app.sql.query(
        `BEGIN; SET LOCAL transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only; COMMIT`,
      );
    cleanups.push(makeWritable);
    await app.sql.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    // A connection keeps the setting that it began with. After this reconnection, all connections of
    // the server stay read-only, like those to an old primary, until the server replaces them.
    await app.sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'munjigi%'`,
    );
    await eventually('it has connected again', async () =>
      (await app.get('/api/members/me', ada.accessToken)).status === 200 ? true : undefined,
    );
    await expectRefusals();
    await makeWritable();
    await expectRecovery();
  });
});

describe('a server with an exhausted connection pool', () => {
  it('FT-08 it refuses further requests, stays alive and completes the requests that wait for the lock', async () => {
    const full = await another({ DATABASE_POOL_SIZE: '2', DATABASE_POOL_WAIT_MS: '3000', WORKER_ENABLED: 'false' });
    const holder = await app.sql.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM members WHERE id = $1 FOR UPDATE', [ada.id]);
    // The identifiers differ: logins with equal identifier and device wait for each other without a connection.
    const logins = [ada.loginId, ada.email].map((identifier) =>
      full.post('/api/auth/login', { identifier, password: ada.password }),
    );
    await eventually('both connections wait for the lock', async () =>
      (await waitingForLock()) === 2 ? true : undefined,
    );
    const refused = await full.get('/health/ready').expect(503);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    // The refusal did not wait for a connection to become free: both are still held.
    expect(await waitingForLock()).toBe(2);
    await full.get('/health/live').expect(200);
    await full.post('/api/auth/refresh', undefined, ada.refreshToken).expect(503);
    await holder.query('COMMIT');
    holder.release();
    for (const { status } of await Promise.all(logins)) expect(status).toBe(200);
    await full.get('/health/ready').expect(200);
  });

  it('FT-08 a pool of one connection serves everything: no request waits for a second connection while it holds one', async () => {
    const single = await another({ DATABASE_POOL_SIZE: '1', DATABASE_POOL_WAIT_MS: '60000' });
    const grace = await given.member(single);
    const credentials = { identifier: grace.loginId, password: grace.password };
    const answers = await Promise.all([
      single.post('/api/auth/login', credentials),
      single.post('/api/auth/login', { ...credentials, password: unique.password() }),
      single.post('/api/auth/refresh', undefined, grace.refreshToken),
      single.post('/api/auth/password-reset/send-code', { email: grace.email }),
      single.patch('/api/members/me', { name: 'Grace' }, grace.accessToken),
      single.post('/api/auth/sign-up', unique.signUp()),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 202, 200, 202]);
  });
});

describe('a server that is asked to stop', () => {
  it('FT-10 it finishes the requests it has begun and exits with 0', async () => {
    const ending = await another({ DATABASE_TIMEOUT_SECONDS: '25' });
    const sessions = async () => {
      const { rowCount } = await app.sql.query('SELECT FROM sessions WHERE member_id = $1', [ada.id]);
      return rowCount!;
    };
    const before = await sessions();
    const holder = await app.sql.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM members WHERE id = $1 FOR UPDATE', [ada.id]);
    const { loginId, email, password, deviceToken } = ada;
    // Logins with the same identifier from the same device wait for each other.
    const logins = [{ identifier: loginId }, { identifier: email }, { identifier: loginId, deviceToken }].map((login) =>
      ending.post('/api/auth/login', { ...login, password }),
    );
    await eventually('three logins are under way', async () => ((await waitingForLock()) === 3 ? true : undefined));

    process.kill(ending.pid!, 'SIGTERM');
    await eventually('it takes no more requests', async () =>
      ending.get('/health/live').then(
        ({ status }) => (status === 503 ? true : undefined),
        () => true,
      ),
    );
    await holder.query('COMMIT');
    holder.release();
    for (const answer of await Promise.all(logins)) expect(answer.status).toBe(200);
    expect(await sessions()).toBe(before + 3); // O1
    expect(await ending.stop()).toBe(0);
  });
});
