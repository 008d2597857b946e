import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../dev/postgres.js';
import { eventually } from './eventually.js';
import { TcpProxy } from './tcp-proxy.js';
import type { TestDatabase } from './test-database.js';

const run = promisify(execFile);

/** The application name of the standby. */
const STANDBY = 'standby';
const SETTINGS = ['fsync=off', 'max_connections=100'];

/**
 * A primary, a synchronous standby with streaming replication, and one address for both. Clients
 * connect to that address, which moves as operators move a virtual IP or a DNS name.
 */
export class ReplicatedPostgres {
  readonly database: TestDatabase;
  private generation = 1;
  /** The server that was created last. */
  private successor: Postgres | undefined;

  private constructor(
    private readonly folder: string,
    private readonly address: TcpProxy,
    private primary: Postgres,
    private standby: Postgres | undefined,
  ) {
    // Each query has a connection of its own: an open one stays with the server that the address has left.
    const pool = new pg.Pool({ connectionString: address.url, max: 5, maxUses: 1 });
    pool.on('error', () => undefined);
    this.database = { url: address.url, name: 'munjigi', pool, drop: () => this.stop() };
  }

  static async start(): Promise<ReplicatedPostgres> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-failover-'));
    await chmod(folder, 0o755); // when root runs the tests, PostgreSQL's own user needs access
    const primary = await startPostgres({ directory: path.join(folder, '1'), settings: SETTINGS });
    return new ReplicatedPostgres(folder, await TcpProxy.to(primary.url), primary, undefined);
  }

  /**
   * Stops the primary, copies its files for a new standby, and starts both. Waits until replication
   * is synchronous.
   */
  async addStandby(): Promise<void> {
    const old = this.standby;
    this.standby = undefined;
    if (old) await discard(old);
    await this.primary.stop();
    const standbyFolder = path.join(this.folder, String(++this.generation));
    await mkdir(standbyFolder);
    await run('cp', ['-a', path.join(this.primary.directory, 'data'), standbyFolder]);
    this.primary = await startPostgres({
      directory: this.primary.directory,
      port: Number(new URL(this.primary.url).port),
      settings: [...SETTINGS, `synchronous_standby_names=${STANDBY}`],
    });
    this.address.redirectTo(this.primary.url);
    const { hostname, port, username, password } = new URL(this.primary.url);
    await markAsStandby(path.join(standbyFolder, 'data'));
    this.standby = this.successor = await startPostgres({
      directory: standbyFolder,
      settings: [
        ...SETTINGS,
        `primary_conninfo=host=${hostname} port=${port} user=${username} password=${password} application_name=${STANDBY}`,
      ],
    });
    const synchronous = `SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`;
    await eventually(
      'replication is synchronous',
      async () => (await this.ask(this.primary, synchronous)) || undefined,
    );
  }

  /** Ends every process of the primary at once (`pg_ctl stop -m immediate`), for good. */
  async killPrimary(): Promise<void> {
    const pidFile = path.join(this.primary.directory, 'data', 'postmaster.pid');
    process.kill(Number((await readFile(pidFile, 'utf8')).split('\n')[0]), 'SIGQUIT');
    await this.primary.exited;
  }

  /** Makes the primary read-only: what a demotion looks like to open connections. */
  async demotePrimary(): Promise<void> {
    await this.ask(this.primary, 'ALTER SYSTEM SET default_transaction_read_only = on');
    await this.ask(this.primary, 'SELECT pg_reload_conf()');
  }

  /** Moves the address to the standby, promoted or not. */
  moveAddress(): void {
    this.address.redirectTo(this.successor!.url);
  }

  /** Promotes the standby to primary. */
  async promote(): Promise<void> {
    await this.ask(this.standby!, 'SELECT pg_promote(wait => true)');
    [this.primary, this.standby] = [this.standby!, this.primary];
  }

  /** The number of rows that a query returns on one server, by its own address. */
  private async ask({ url }: Postgres, text: string): Promise<number> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rowCount ?? 0;
    } finally {
      await client.end();
    }
  }

  private async stop(): Promise<void> {
    await this.database.pool.end();
    await this.address.disconnect();
    for (const server of [this.primary, this.standby]) if (server) await discard(server);
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function discard(server: Postgres): Promise<void> {
  await server.stop();
  await rm(server.directory, { recursive: true, force: true });
}

/** Creates the signal file that PostgreSQL checks for; it must belong to the owner of the data. */
async function markAsStandby(data: string): Promise<void> {
  const signal = path.join(data, 'standby.signal');
  await run('cp', ['-p', path.join(data, 'PG_VERSION'), signal]);
}
