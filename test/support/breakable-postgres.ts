import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../dev/postgres.js';
import type { TestDatabase } from './test-database.js';

/** Loses nothing when it is killed; only a power cut would harm it, which no test can cause. */
const SETTINGS = ['fsync=off', 'max_connections=100'];

/** A PostgreSQL of its own that a test may crash, freeze and cut off from its clients. */
export class BreakablePostgres {
  readonly database: TestDatabase;

  private constructor(
    private postgres: Postgres,
    private readonly folder: string,
  ) {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 5 });
    pool.on('error', () => undefined);
    this.database = { url: postgres.url, name: 'munjigi', pool, drop: () => this.stop() };
  }

  static async start(): Promise<BreakablePostgres> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-faults-'));
    return new BreakablePostgres(await launch(folder), folder);
  }

  /** What `pg_ctl stop -m immediate` does: every process of the server ends at once, nothing is written out. */
  async crash(): Promise<void> {
    process.kill(await this.postmaster(), 'SIGQUIT');
    await this.postgres.exited;
  }

  /** Comes back on the same port, by replaying its log. */
  async startAgain(): Promise<void> {
    const { host, port } = new URL(this.database.url);
    this.postgres = await launch(this.folder, Number(port));
    if (new URL(this.postgres.url).host !== host) throw new Error('somebody took the port of the database meanwhile');
  }

  /** Stops every process of the server without ending it; the result sets it going again. */
  async freeze(): Promise<() => void> {
    const postmaster = await this.postmaster();
    const children = execFileSync('pgrep', ['-P', String(postmaster)], { encoding: 'utf8' });
    const pids = [postmaster, ...children.trim().split('\n').map(Number)];
    const tell = (signal: NodeJS.Signals): void => {
      for (const pid of pids) {
        try {
          process.kill(pid, signal);
        } catch {
          // a backend that has ended meanwhile
        }
      }
    };
    tell('SIGSTOP');
    return () => tell('SIGCONT');
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
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function launch(folder: string, port?: number): Promise<Postgres> {
  return startPostgres({ directory: path.join(folder, 'postgres'), port, settings: SETTINGS });
}
