import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { buildIfStale } from '../dev/build.js';
import { freePort } from '../dev/free-port.js';
import { startPostgres } from '../dev/postgres.js';
import { AppConfig } from '../src/platform/config/app-config.js';
import { LoadProcess } from './load/load-process.js';
import type { Job, LoadResult } from './load/job.js';
import type { Measured } from './measure.js';
import { ServerProcess } from './processes.js';
import { sessionIdOf } from './members.js';
import { seedMembers, seedSessions, settle } from './seed.js';
import { TokenMint } from './tokens.js';

export const MEMBERS = 1000;
/** Further members for the rows of the report that request codes or change passwords. */
const SPARE_MEMBERS = 9000;

const PROBED_SERVER = 'bench/limits/probed-server.js';
/** What `npm run start:prod` and the image start. */
const SHIPPED_SERVER = 'dist/start.cjs';
/** Loaded before any ES module, as in production: on Node.js 20, loading an ES module starts the thread pool. */
const THREAD_POOL = ['--require', './dist/thread-pool.cjs'];
/** A path of the bare Fastify server. */
export const A_MEMBER = '/members/00000000-0000-4000-8000-000000000001';
/** The default, which suits most deployments of this size. */
const POOL_SIZE = '10';

export interface BenchOptions {
  /** Run one short round per row, for a first impression. */
  readonly isQuick: boolean;
  /** Where our server writes its CPU profile. */
  readonly profileFolder?: string;
}

/** `ours` has two more routes and is not bundled; `shipped` is what people run. */
export type ServerKind = 'ours' | 'shipped' | 'bare-nest' | 'bare-fastify';

export type LoadMeasurement = LoadResult & Measured;

/** A server with many more members than the other servers. */
export interface Crowd {
  readonly databaseUrl: string;
  readonly server: ServerProcess;
  /**
   * Refresh tokens of unused sessions that lie far apart in the table. Can be called `sessionsEach`
   * times.
   */
  freshSessions(count: number): string[];
  stop(): Promise<void>;
}

/**
 * Everything a row of the report needs: a database with members, servers on it, and a second process
 * that makes the load.
 */
export class BenchEnvironment {
  private readonly servers = new Map<ServerKind, Promise<ServerProcess>>();
  private readonly loader = new LoadProcess();
  private lastReplica = 0;

  private constructor(
    readonly databaseUrl: string,
    /** The port in SMTP_URL. A server listens there, except after {@link stopSmtpServer}. */
    private readonly smtpPort: number,
    private readonly folder: string,
    private readonly cleanups: (() => Promise<unknown>)[],
    private readonly secret: string,
    private readonly options: BenchOptions,
  ) {}

  static async prepare(options: BenchOptions): Promise<BenchEnvironment> {
    await buildIfStale();
    const cleanups: (() => Promise<unknown>)[] = [];
    const folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-bench-'));
    await chmod(folder, 0o755); // when root runs it, PostgreSQL's own user needs access
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    try {
      const databaseUrl = await BenchEnvironment.makeDatabase(folder, cleanups);
      const secret = randomBytes(48).toString('base64');
      const bench = new BenchEnvironment(databaseUrl, await freePort(), folder, cleanups, secret, options);
      await bench.loader.startSmtpServer(bench.smtpPort);
      await (await bench.launch('ours')).stop(); // migrates
      await seedMembers(databaseUrl, bench.config, 1, MEMBERS + SPARE_MEMBERS);
      await seedSessions(databaseUrl, 1, MEMBERS, [0]);
      await settle(databaseUrl);
      return bench;
    } catch (error) {
      await undo(cleanups);
      throw error;
    }
  }

  /**
   * Creates a database on the server of DATABASE_URL; without DATABASE_URL it starts an embedded
   * server with production durability.
   */
  private static async makeDatabase(folder: string, cleanups: (() => Promise<unknown>)[]): Promise<string> {
    const name = `munjigi_bench_${randomBytes(4).toString('hex')}`;
    const given = process.env.DATABASE_URL;
    if (!given) {
      const settings = ['max_connections=200', 'shared_buffers=512MB', 'max_wal_size=4GB'];
      const postgres = await startPostgres({ directory: path.join(folder, 'postgres'), database: name, settings });
      cleanups.push(() => rm(postgres.directory, { recursive: true, force: true }));
      cleanups.push(() => postgres.stop());
      return postgres.url;
    }
    const admin = async (statement: string): Promise<void> => {
      const client = new pg.Client({ connectionString: given });
      await client.connect();
      await client.query(statement);
      await client.end();
    };
    await admin(`CREATE DATABASE ${name}`);
    cleanups.push(() => admin(`DROP DATABASE ${name} WITH (FORCE)`));
    const url = new URL(given);
    url.pathname = `/${name}`;
    return url.href;
  }

  /**
   * The environment of our server: production, with higher limits per client address because all
   * load comes from one machine.
   */
  get environment(): NodeJS.ProcessEnv {
    return {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://127.0.0.1:3000',
      SECRET: this.secret,
      DATABASE_URL: this.databaseUrl,
      DATABASE_POOL_SIZE: POOL_SIZE,
      SMTP_URL: `smtp://127.0.0.1:${this.smtpPort}`,
      SMTP_REQUIRE_TLS: 'false',
      MAIL_FROM: 'Bench <no-reply@bench.example>',
      TRUSTED_PROXIES: '1',
      IP_REQUEST_LIMIT: '1000000',
      MAILS_PER_ADDRESS_PER_HOUR: '100000',
      CODE_RESEND_SECONDS: '1',
    };
  }

  get config(): AppConfig {
    return AppConfig.load(this.environment);
  }

  get mint(): TokenMint {
    return new TokenMint(this.config);
  }

  /** A server that all rows share. */
  async server(kind: ServerKind): Promise<ServerProcess> {
    let server = this.servers.get(kind);
    if (!server) {
      server = this.launch(kind);
      this.servers.set(kind, server);
    }
    return server;
  }

  /** A server for one row, which has to stop it. */
  async launch(kind: ServerKind): Promise<ServerProcess> {
    const log = path.join(this.folder, `${kind}.log`);
    const { profileFolder } = this.options;
    const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const options = [...THREAD_POOL, ...profiling];
    if (kind === 'ours') return ServerProcess.start(PROBED_SERVER, '/health/live', this.environment, log, options);
    if (kind === 'shipped') return ServerProcess.start(SHIPPED_SERVER, '/health/ready', this.environment, log, options);
    const env = { DATABASE_URL: this.databaseUrl, DATABASE_POOL_SIZE: POOL_SIZE };
    if (kind === 'bare-nest') return ServerProcess.start('bench/limits/bare-nest.js', '/probe', env, log);
    return ServerProcess.start('bench/limits/bare-fastify.js', A_MEMBER, env, log);
  }

  /** A second database without a schema. Drop it after use. */
  async emptyDatabase(): Promise<{ url: string; drop(): Promise<unknown> }> {
    const database = `munjigi_bench_${randomBytes(4).toString('hex')}`;
    await this.query(`CREATE DATABASE ${database}`);
    const url = new URL(this.databaseUrl);
    url.pathname = `/${database}`;
    return { url: url.href, drop: () => this.query(`DROP DATABASE ${database} WITH (FORCE)`) };
  }

  /** A second database with many more members, and a server on it. Stop it after use. */
  async crowd(members: number, sessionsEach: number): Promise<Crowd> {
    const { url, drop } = await this.emptyDatabase();
    const env = { ...this.environment, DATABASE_URL: url };
    const log = path.join(this.folder, 'crowd.log');
    const start = () => ServerProcess.start(PROBED_SERVER, '/health/live', env, log, THREAD_POOL);
    await (await start()).stop(); // migrates
    await seedMembers(url, this.config, 1, members);
    await seedSessions(url, 1, members, [...Array(sessionsEach).keys()]);
    await settle(url);
    const server = await start();
    let replica = 0;
    return {
      databaseUrl: url,
      server,
      freshSessions: (count) => this.mint.refresh(count, replica++, Math.floor(members / count)),
      stop: async () => {
        await server.stop();
        await drop();
      },
    };
  }

  /**
   * Runs a load.
   * @throws Error if more than one in a hundred requests failed, because the result would mean nothing
   */
  async load(server: ServerProcess, job: Omit<Job, 'warmUpMs' | 'durationMs' | 'origin'>): Promise<LoadMeasurement> {
    const { origin } = server;
    const cpuBefore = await server.cpuMicroseconds();
    const result = await this.loader.load({
      warmUpMs: this.isQuick ? 300 : 700,
      durationMs: this.roundMs,
      origin,
      ...job,
    });
    const failed = Object.values(result.failures).reduce((sum, count) => sum + count, 0);
    if (failed > result.count / 100)
      throw new Error(
        `${job.flow}: ${failed} failures among ${result.count} requests: ${JSON.stringify(result.failures)}`,
      );
    const cpuMicroseconds = ((await server.cpuMicroseconds()) - cpuBefore) / result.total;
    return { ...result, cpuMicroseconds, value: result.perSecond };
  }

  get isQuick(): boolean {
    return this.options.isQuick;
  }

  get roundMs(): number {
    return this.isQuick ? 1500 : 2500;
  }

  get rounds(): number {
    return this.isQuick ? 1 : 5;
  }

  /**
   * Creates one unused session for each member.
   * @returns their refresh tokens
   */
  async freshSessions(): Promise<string[]> {
    await this.forgetSessions();
    this.lastReplica += 1;
    await seedSessions(this.databaseUrl, 1, MEMBERS, [this.lastReplica]);
    return this.mint.refresh(MEMBERS, this.lastReplica);
  }

  /**
   * Keeps only the sessions that access tokens are minted for, one a member. With twenty sessions of a
   * member, the next login would end that one.
   */
  async forgetSessions(): Promise<void> {
    await this.query(`DELETE FROM sessions WHERE NOT starts_with(id::text, $1)`, [sessionIdOf(0).slice(0, -8)]);
  }

  async startSmtpServer(): Promise<void> {
    await this.loader.startSmtpServer(this.smtpPort);
  }

  async stopSmtpServer(): Promise<void> {
    await this.loader.stopSmtpServer();
  }

  async query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query(text, values)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const servers = await Promise.allSettled(this.servers.values());
    for (const server of servers) if (server.status === 'fulfilled') await server.value.stop();
    this.loader.stop();
    await undo(this.cleanups);
  }
}

async function undo(cleanups: (() => Promise<unknown>)[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) await cleanup().catch((error: unknown) => console.error(error));
  cleanups.length = 0;
}
