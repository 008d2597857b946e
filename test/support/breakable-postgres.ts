import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../dev/postgres.js';
import type { TestDatabase } from './test-database.js';

/** Even without fsync, data survives a kill. Only a power cut would lose data, and no test causes one. */
const SETTINGS = ['fsync=off', 'max_connections=100'];

/** A separate PostgreSQL that a test may crash, freeze and disconnect. */
export class BreakablePostgres {
  readonly database: TestDatabase;

  private constructor(
    private postgres: Postgres,
    private readonly settings: string[],
  ) {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 5 });
    pool.on('error', () => undefined);
    this.database = { url: postgres.url, name: 'munjigi', pool, drop: () => this.stop() };
  }

  /** @param folder replaces the default folder for temporary files; `settings` are `name=value` */
  static async start({
    folder,
    settings = [],
  }: { folder?: string; settings?: string[] } = {}): Promise<BreakablePostgres> {
    const directory = await mkdtemp(path.join(folder ?? os.tmpdir(), 'munjigi-faults-'));
    await chmod(directory, 0o755); // when root runs the tests, PostgreSQL's own user needs access
    const all = [...SETTINGS, ...settings];
    return new BreakablePostgres(await startPostgres({ directory, settings: all }), all);
  }

  /** Puts its write-ahead log into another folder, which may be on another disk. */
  async moveLog(folder: string): Promise<void> {
    await this.postgres.stop();
    const log = path.join(this.postgres.directory, 'data', 'pg_wal');
    const moved = path.join(folder, 'pg_wal');
    execFileSync('cp', ['-a', log, moved]);
    await rm(log, { recursive: true });
    await symlink(moved, log);
    await this.startAgain();
  }

  /** Its log since the last start. */
  get logFile(): string {
    return path.join(this.postgres.directory, 'postgres.log');
  }

  /** Settles when it has stopped. */
  get exited(): Promise<void> {
    return this.postgres.exited;
  }

  /**
   * What `pg_ctl stop -m immediate` does: every process of the server ends at once, nothing is
   * written out.
   */
  async crash(): Promise<void> {
    process.kill(await this.postmaster(), 'SIGQUIT');
    await this.postgres.exited;
  }

  /** Starts again on the same port and replays its write-ahead log. */
  async startAgain(): Promise<void> {
    const { host, port } = new URL(this.database.url);
    const { directory } = this.postgres;
    this.postgres = await startPostgres({ directory, port: Number(port), settings: this.settings });
    if (new URL(this.postgres.url).host !== host) throw new Error('another process has taken the port of the database');
  }

  /**
   * Pauses every process of the server.
   * @returns a function that resumes them
   */
  async freeze(): Promise<() => void> {
    const postmaster = await this.postmaster();
    const signalAll = (pids: readonly number[], signal: NodeJS.Signals): void => {
      for (const pid of pids) {
        try {
          process.kill(pid, signal);
        } catch {
          // a backend that has already ended
        }
      }
    };
    process.kill(postmaster, 'SIGSTOP'); // first, so that it forks no further backend
    const children = execFileSync('pgrep', ['-P', String(postmaster)], { encoding: 'utf8' });
    const pids = children.trim().split('\n').map(Number);
    signalAll(pids, 'SIGSTOP');
    return () => signalAll([postmaster, ...pids], 'SIGCONT');
  }

  async terminateBackends(): Promise<number> {
    const { rowCount } = await this.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'munjigi%'`,
    );
    return rowCount ?? 0;
  }

  private async postmaster(): Promise<number> {
    const lines = await readFile(path.join(this.postgres.directory, 'data', 'postmaster.pid'), 'utf8');
    return Number(lines.split('\n')[0]);
  }

  private async stop(): Promise<void> {
    await this.database.pool.end();
    await this.postgres.stop();
    await rm(this.postgres.directory, { recursive: true, force: true });
  }
}
