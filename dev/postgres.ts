import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.js';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.js';
import { type Account, postgresAccount, reachableDirectory } from './run-as.js';

const run = promisify(execFile);

const SUPERUSER = 'munjigi';
/** In the data folder, so that a cluster and its password are created and deleted together. */
const PASSWORD_FILE = 'munjigi-password';
/** How many ports a start tries. */
const MOST_PORTS = 5;
const START_TIMEOUT_MS = 60_000;
/**
 * Key of the advisory lock that is held while the process that started this server is alive. Any
 * constant will do.
 */
const OWNER_LOCK = 7_764_726;
/** The connection that holds the lock is named by this prefix and the id of its Node.js process. */
const OWNER_NAME_PREFIX = 'owner-';

export interface PostgresOptions {
  /** Holds the data, the password and the log of one server. Made on the first start. */
  directory: string;
  /** The port to try first. */
  port?: number;
  /** The database that `url` names; made if missing. */
  database?: string;
  /** More settings for the server, `name=value`. */
  settings?: string[];
}

/** A running embedded PostgreSQL, owned by this process. */
export interface Postgres {
  url: string;
  /**
   * The real path of the files. It lies outside the requested folder when PostgreSQL's user cannot
   * reach that folder.
   */
  directory: string;
  /** Settles when the server process has ended, for any reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

/** Another living process already runs a server on this folder. */
export class DirectoryInUseError extends Error {}

/**
 * Starts a real PostgreSQL on `directory`, reachable over loopback TCP with a password of its own.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const account = await postgresAccount(path.join(options.directory, 'data'));
  const directory = await reachableDirectory(options.directory, account);
  const binaries = await postgresBinaries(account, path.join(directory, 'native'));
  const cluster = new Cluster(directory, binaries, account);
  try {
    await cluster.initialise();
    await cluster.clearLeftovers();
    return await cluster.start(options);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** One data folder and the server on it. */
class Cluster {
  private readonly data: string;
  private readonly log: string;
  private password = '';
  private port = 0;
  private server?: ChildProcess;
  private guard?: ChildProcess;
  private owner?: pg.Client;
  private exited = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly binaries: PostgresBinaries,
    private readonly account: Account | undefined,
  ) {
    this.data = path.join(directory, 'data');
    this.log = path.join(directory, 'postgres.log');
  }

  /** Makes the data folder on the first start; afterwards only reads the password. */
  async initialise(): Promise<void> {
    if (!(await exists(this.data))) await this.makeData();
    try {
      this.password = await readFile(path.join(this.data, PASSWORD_FILE), 'utf8');
    } catch (cause) {
      throw new Error(`${this.data} was made by another user of this machine. Start as that user, or remove it.`, {
        cause,
      });
    }
  }

  /**
   * Cleans up after a killed run: stops a server without an owner, or removes a lock file without a
   * server.
   */
  async clearLeftovers(): Promise<void> {
    const lockFile = path.join(this.data, 'postmaster.pid');
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (; Date.now() < deadline; await pause(50)) {
      const lines = (await readFile(lockFile, 'utf8').catch(() => '')).split('\n');
      const [pid, port] = [Number(lines[0]), Number(lines[3])];
      if (!pid) return;
      if (!(await commandOf(pid))?.includes(this.data)) {
        // No such process, or its id now belongs to another program. PostgreSQL would take that program
        // for a running server and refuse to start.
        await rm(lockFile, { force: true });
        return;
      }
      const client = port ? await this.connect(port) : undefined;
      if (!client) continue; // still starting or stopping
      // The guard of a killed owner may stop the server at any moment; the next round then sees that.
      const isOrphaned = await this.lockAsOwner(client).catch(() => undefined);
      const isOwned = isOrphaned === false && (await this.isOwnerAlive(client).catch(() => false));
      await client.end().catch(() => undefined);
      if (isOwned) throw this.inUse();
      if (isOrphaned) await this.pgCtlStop().catch(() => undefined);
    }
    throw new Error(`The PostgreSQL that an earlier run left on ${this.directory} neither answers nor ends.`);
  }

  async start({ port, database = SUPERUSER, settings = [] }: PostgresOptions): Promise<Postgres> {
    for (let attempt = 1; !this.owner; attempt++) {
      await this.launch(await freePort(attempt === 1 ? port : undefined), settings);
      this.owner = await this.waitUntilReady(attempt === MOST_PORTS);
    }
    if (!(await this.lockAsOwner(this.owner))) throw this.inUse();
    const found = await this.owner.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await this.owner.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
    return {
      url: `postgres://${SUPERUSER}:${this.password}@127.0.0.1:${this.port}/${database}`,
      directory: this.directory,
      exited: this.exited,
      stop: () => this.stop(),
    };
  }

  /**
   * Ends the server after its running statements are rolled back; does nothing when it is not
   * running.
   */
  async stop(): Promise<void> {
    await this.owner?.end().catch(() => undefined);
    if (this.isRunning()) {
      await this.pgCtlStop().catch(() => this.server?.kill('SIGQUIT'));
      await this.exited;
    }
    this.guard?.kill('SIGKILL');
  }

  private async makeData(): Promise<void> {
    // Created under another name first, so that a folder called "data" is always complete and one
    // of two creators wins.
    const unfinished = `${this.data}.${randomBytes(4).toString('hex')}`;
    const passwordFile = `${unfinished}.password`;
    try {
      await mkdir(unfinished, { mode: 0o700 });
      await writeFile(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 });
      for (const made of [unfinished, passwordFile]) {
        if (this.account) await chown(made, this.account.uid, this.account.gid);
      }
      await run(
        this.binaries.initdb,
        [
          ...['--pgdata', unfinished, '--username', SUPERUSER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
          // The same on every machine, whatever locales are installed.
          ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
          '--no-sync', // it holds nothing yet that a power cut could lose
        ],
        this.childOptions(),
      );
      await rename(passwordFile, path.join(unfinished, PASSWORD_FILE));
      await rename(unfinished, this.data);
    } catch (error) {
      if (!(await exists(this.data))) throw error;
    } finally {
      await rm(unfinished, { recursive: true, force: true });
      await rm(passwordFile, { force: true });
    }
  }

  private async launch(port: number, settings: string[]): Promise<void> {
    this.port = port;
    const log = await open(this.log, 'w');
    const fixed = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
    this.server = spawn(
      this.binaries.postgres,
      ['-D', this.data, ...[...fixed, ...settings].flatMap((setting) => ['-c', setting])],
      // A process group of its own: Ctrl-C must reach our shutdown first, not the database.
      { ...this.childOptions(), detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    this.exited = new Promise((resolve) => {
      this.server?.once('exit', () => resolve()).once('error', () => resolve());
    });
    await log.close();
    this.guard = this.startGuard(this.server.pid);
  }

  /**
   * Undefined when another process has taken the port since it was found free; on the `lastTry` that
   * throws instead.
   */
  private async waitUntilReady(lastTry: boolean): Promise<pg.Client | undefined> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (; Date.now() < deadline && this.isRunning(); await pause(20)) {
      const client = await this.connect(this.port);
      if (client) return client;
    }
    const log = await readFile(this.log, 'utf8');
    // Another process started on this folder at the same moment, and won.
    if (/lock file .* already exists|received fast shutdown request/.test(log)) throw this.inUse();
    if (/could not bind/.test(log) && !lastTry) {
      this.guard?.kill('SIGKILL');
      return undefined;
    }
    const lastLines = log.trim().split('\n').slice(-15).join('\n');
    throw new Error(`PostgreSQL did not start on ${this.directory}. Its log ends with:\n${lastLines}`);
  }

  private async connect(port: number): Promise<pg.Client | undefined> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: SUPERUSER,
      password: this.password,
      database: 'postgres',
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined); // the server has ended; `exited` and the next query show it
    try {
      await client.connect();
      return client;
    } catch {
      await client.end().catch(() => undefined);
      return undefined;
    }
  }

  /**
   * True for one connection at a time. PostgreSQL frees the lock soon after that connection's process
   * has died for any reason.
   */
  private async lockAsOwner(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [OWNER_LOCK]);
    if (rows[0]?.locked !== true) return false;
    await client.query(`SELECT set_config('application_name', $1, false)`, [`${OWNER_NAME_PREFIX}${process.pid}`]);
    return true;
  }

  /**
   * Whether the process that holds the lock is alive. A killed process may still hold the lock, because
   * on a busy machine PostgreSQL notices its death late. False also for an owner that has just taken the
   * lock and has no name yet; the caller asks again.
   */
  private async isOwnerAlive(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ name: string }>(
      `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE locktype = 'advisory' AND objid = $1 AND granted AND datname = current_database()`,
      [OWNER_LOCK],
    );
    const [, pid] = rows[0]?.name.split(OWNER_NAME_PREFIX) ?? [];
    return pid !== undefined && (await commandOf(Number(pid))) !== undefined;
  }

  /**
   * A shell that ends the server once our end of its pipe is closed. The system closes that end even
   * when SIGKILL ends this process.
   */
  private startGuard(pid: number | undefined): ChildProcess | undefined {
    if (process.platform === 'win32' || pid === undefined) return undefined; // Windows has no such shell: a server whose owner was killed goes on
    const guard = spawn('/bin/sh', ['-c', 'trap "" INT TERM HUP; read -r _; kill -INT "$0"', String(pid)], {
      ...this.childOptions(),
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    guard.once('error', () => undefined);
    guard.unref();
    return guard;
  }

  private isRunning(): boolean {
    return this.server?.pid !== undefined && this.server.exitCode === null && this.server.signalCode === null;
  }

  private async pgCtlStop(): Promise<void> {
    await run(this.binaries.pgCtl, ['stop', '-D', this.data, '-m', 'fast', '-s', '-t', '30'], this.childOptions());
  }

  private inUse(): DirectoryInUseError {
    return new DirectoryInUseError(`Another process runs a PostgreSQL on ${this.directory}.`);
  }

  private childOptions(): { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number } {
    // PGHOST, PGDATA and so on of our environment belong to another server.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
    return { cwd: this.directory, env: { ...env, LC_ALL: 'C' }, ...this.account };
  }
}

async function exists(target: string): Promise<boolean> {
  return stat(target).then(
    () => true,
    () => false,
  );
}

/** The command line of a process; undefined when there is no such process. */
async function commandOf(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')) || undefined;
  } catch {
    // macOS has no /proc. Windows has no ps either: there PostgreSQL's own interlock on shared
    // memory has to do.
    return run('ps', ['-p', String(pid), '-o', 'command=']).then(
      ({ stdout }) => stdout,
      () => undefined,
    );
  }
}
