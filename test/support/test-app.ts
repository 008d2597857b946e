import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type pg from 'pg';
import { exitCode, listeningPort, EXIT_WITH_PARENT, MANY_AT_ONCE, SHORT_LIVED } from '../../dev/child.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { builtProgram } from './built-program.js';
import { type ClientOptions, HttpClient, type PendingAnswer, type RequestOptions } from './http-client.js';
import { serverEnvironment, TEST_PUBLIC_URL } from './server-environment.js';
import type { Loan, LoanRequest } from './shared-servers.js';
import { createTestDatabase, openTestDatabase, type TestDatabase } from './test-database.js';

/** Long, because a process may wait for the CPU on a busy machine. */
const START_TIMEOUT_MS = 55_000;
const STOP_TIMEOUT_MS = 60_000;

export interface TestAppOptions {
  /** Further environment variables; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  /** A database to use instead of a new one; it is not dropped at the end. */
  database?: TestDatabase;
  /** A program to run instead of the built server of this clone. */
  program?: Command;
}

/** A program and its arguments. */
type Command = readonly [string, ...string[]];

/** The built server; it ends with this process. */
const builtServer = (flags = SHORT_LIVED): Command => [
  process.execPath,
  ...flags,
  ...EXIT_WITH_PARENT,
  ...builtProgram('main'),
];

/** The built server for many requests: V8 optimises its functions as early as usual. */
export const serverForManyRequests = (): Command => builtServer(MANY_AT_ONCE);

/** The built server without any flags that speed up a test run, for tests that measure the speed of the server. */
export const SERVER_AT_SPEED = [process.execPath, ...EXIT_WITH_PARENT, 'dist/main.js'] as const;

/** The built server as dist/start.cjs runs it, for tests of its speed that run alone on the machine. */
export const SERVER_AS_DELIVERED = [
  process.execPath,
  ...['--require', './dist/thread-pool.cjs'], // before the server loads an ES module
  ...EXIT_WITH_PARENT,
  'dist/main.js',
] as const;

/**
 * The built server in its own process, on its own database, with real mail. Stop it in `afterAll`.
 */
export class TestApp {
  private readonly output: string[] = [];
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
  private readonly defaultClient = this.client();
  private readonly replicas: TestApp[] = [];
  private server?: ChildProcess;
  private url?: URL;
  private dropped = false;
  /** The URL that returns a shared server; undefined for a server of the test file's own. */
  private loan?: string;

  private constructor(
    readonly database: TestDatabase,
    private readonly ownsDatabase: boolean,
    private readonly env: Record<string, string | undefined>,
    private readonly program: Command,
  ) {}

  static async start({ env = {}, database, program = builtServer() }: TestAppOptions = {}): Promise<TestApp> {
    const app = new TestApp(database ?? (await createTestDatabase()), database === undefined, env, program);
    try {
      await app.boot();
      return app;
    } catch (error) {
      await app.stop();
      throw error;
    }
  }

  /**
   * A server with these settings that test files use one after the other, and a database with the
   * rows that earlier files left. For tests that restart nothing and read no log. `stop()` leaves the
   * server running.
   */
  static async shared({ env = {} }: Pick<TestAppOptions, 'env'> = {}): Promise<TestApp> {
    const settings = Object.entries(env)
      .map(([name, value]): [string, string | null] => [name, value ?? null])
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const wanted: LoanRequest = { borrower: process.env.JEST_WORKER_ID!, settings };
    const url = process.env.TEST_SHARED_SERVERS_URL!;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(wanted) });
    if (!response.ok) throw new Error(`The shared server did not start: ${await response.text()}`);
    const { id, origin, databaseName } = (await response.json()) as Loan;
    const app = new TestApp(openTestDatabase(databaseName), false, env, builtServer());
    app.loan = `${url}/${id}`;
    app.url = new URL(origin);
    return app;
  }

  /**
   * What the server wrote, line by line, stdout and stderr, over all its restarts.
   * @throws Error for a shared server, and for a server started without LOG_LEVEL: a line missing at the default level proves nothing
   */
  get logs(): readonly string[] {
    this.refuseIfUnread();
    return this.output;
  }

  /** Returns {@link logs} and forgets them, for tests that run for hours. */
  takeLogs(): string[] {
    this.refuseIfUnread();
    return this.output.splice(0);
  }

  /** Direct access to the database, for assertions and for moving times. */
  get sql(): pg.Pool {
    return this.database.pool;
  }

  /** Where the server listens. Mailed links begin with PUBLIC_URL instead. */
  get origin(): string {
    return this.address().origin;
  }

  /** What mailed links begin with. */
  get publicUrl(): string {
    return this.env.PUBLIC_URL ?? TEST_PUBLIC_URL;
  }

  get pid(): number | undefined {
    this.refuseIfShared();
    return this.server?.pid;
  }

  /** A new client with its own address. */
  client(options?: ClientOptions): HttpClient {
    return new HttpClient({ origin: () => this.address(), agent: this.agent }, options);
  }

  get(path: string, token?: string): PendingAnswer {
    return this.defaultClient.get(path, token);
  }

  post(path: string, body?: unknown, token?: string): PendingAnswer {
    return this.defaultClient.post(path, body, token);
  }

  patch(path: string, body?: unknown, token?: string): PendingAnswer {
    return this.defaultClient.patch(path, body, token);
  }

  delete(path: string, body?: unknown, token?: string): PendingAnswer {
    return this.defaultClient.delete(path, body, token);
  }

  request(method: string, path: string, options?: RequestOptions): PendingAnswer {
    return this.defaultClient.request(method, path, options);
  }

  raw(bytes: string | Buffer, isComplete?: (received: string) => boolean): Promise<string> {
    return this.defaultClient.raw(bytes, isComplete);
  }

  /** Starts a second server on the same database. It stops with this one. */
  async replica({ env = {} }: { env?: TestAppOptions['env'] } = {}): Promise<TestApp> {
    const replica = await TestApp.start({ env: { ...this.env, ...env }, database: this.database });
    this.replicas.push(replica);
    return replica;
  }

  /** Kills the process, as a crash does. */
  async kill(): Promise<void> {
    this.refuseIfShared();
    await this.end('SIGKILL');
  }

  /**
   * Starts the server again, stopping a running one first. Its port changes, and clients follow.
   */
  async restart(): Promise<void> {
    this.refuseIfShared();
    await this.end('SIGTERM');
    await this.boot();
  }

  /**
   * Stops the process and its replicas with SIGTERM, and drops the database if `start` created it. A shared server
   * keeps running, with its database.
   * @returns the exit code; undefined for a shared server
   */
  async stop(): Promise<number | undefined> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    const code = await this.end('SIGTERM');
    if (this.loan && !this.dropped) await this.giveBack(this.loan);
    if (this.ownsDatabase && !this.dropped) await this.database.drop();
    this.dropped = true;
    return code;
  }

  /** @throws Error for a shared server: its process and its log belong to no single test file */
  private refuseIfShared(): void {
    if (this.loan) throw new Error('This server is shared: start one of your own with TestApp.start().');
  }

  private refuseIfUnread(): void {
    this.refuseIfShared();
    if (!this.env.LOG_LEVEL)
      throw new Error('The tests start servers with LOG_LEVEL=warn: set LOG_LEVEL in `env` to read the log.');
  }

  /** Leaves the server and its database to the next file. */
  private async giveBack(loan: string): Promise<void> {
    await this.database.pool.end();
    await fetch(loan, { method: 'DELETE' });
  }

  private address(): URL {
    if (!this.url) throw new Error('The server is not running.');
    return this.url;
  }

  private async boot(): Promise<void> {
    const [command, ...args] = this.program;
    const server = spawn(command, args, {
      cwd: PROJECT_ROOT,
      env: serverEnvironment({ DATABASE_URL: this.database.url, ...this.env }),
      stdio: ['pipe', 'pipe', 'pipe'], // the first ends the server with its test worker, see dev/exit-with-parent.cjs
    });
    this.server = server;
    this.url = new URL(`http://127.0.0.1:${await this.whenListening(server)}`);
  }

  /** Collects the server's output. Resolves with the port once the server listens. */
  private whenListening(server: ChildProcessByStdio<Writable, Readable, Readable>): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error([why, ...this.output.slice(-20)].join('\n')));
      };
      const timer = setTimeout(() => fail('The server did not start in time. Its output:'), START_TIMEOUT_MS);
      for (const output of [server.stdout, server.stderr]) {
        createInterface({ input: output }).on('line', (line) => {
          this.output.push(line);
          const port = listeningPort(line);
          if (port === undefined) return;
          clearTimeout(timer);
          resolve(port);
        });
      }
      // `close` comes after the last line of output, where `exit` may come before it.
      server.once('close', () => fail('The server ended instead of starting. Its output:'));
      server.once('error', reject);
    });
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | undefined> {
    const server = this.server;
    this.agent.destroy(); // a stopping server would wait for idle connections
    this.url = undefined;
    if (!server?.pid) return undefined;
    if (server.exitCode === null && server.signalCode === null) {
      const closed = once(server, 'close');
      server.kill(signal);
      const impatience = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await closed;
      clearTimeout(impatience);
    }
    return exitCode(server.exitCode, server.signalCode);
  }
}
