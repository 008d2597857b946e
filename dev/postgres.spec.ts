import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { eventually } from '../test/support/eventually.js';
import { EXIT_WITH_PARENT } from './child.js';
import { freePort } from './free-port.js';
import { DirectoryInUseError, type Postgres, startPostgres } from './postgres.js';

let folder: string;
let directory: string;
const started: Postgres[] = [];

async function start(port?: number): Promise<Postgres> {
  const postgres = await startPostgres({ directory, port, settings: ['fsync=off'] });
  started.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // A connection may break while the server stops; the query itself reports that.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

/** Starts PostgreSQL in another process, as another terminal would. */
async function startElsewhere(): Promise<{ url: string; kill: () => Promise<void> }> {
  const module = pathToFileURL(path.join(import.meta.dirname, 'postgres.ts')).href;
  const script = `import(${JSON.stringify(module)})
    .then(({ startPostgres }) => startPostgres({ directory: ${JSON.stringify(directory)}, settings: ['fsync=off'] }))
    .then(({ url }) => console.log(url))`;
  const child = spawn(process.execPath, [...EXIT_WITH_PARENT, '--import', 'tsx', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: output.toString().trim(),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-postgres-spec-'));
  await chmod(folder, 0o755);
  directory = path.join(folder, 'postgres');
});

afterEach(async () => {
  for (const postgres of started.splice(0)) await postgres.stop();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('embedded PostgreSQL', () => {
  it('it answers on its URL and keeps its data over a restart', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('it refuses a connection with another password', async () => {
    const { url } = await start();
    const guessed = new URL(url);
    guessed.password = 'postgres';
    await expect(query(guessed.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('it takes another port when the usual port is taken', async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const { url } = await start(port);
      expect(new URL(url).port).not.toBe(String(port));
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      squatter.close();
    }
  });

  it('it refuses a folder whose server has a living owner', async () => {
    const first = await start();
    await expect(startPostgres({ directory })).rejects.toThrow(DirectoryInUseError);
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('it ends with the process that started it, even after SIGKILL', async () => {
    const other = await startElsewhere();
    await other.kill();
    await eventually('PostgreSQL ends', () =>
      query(other.url, 'SELECT 1').then(
        () => undefined,
        () => true,
      ),
    );
  });

  it('it starts again at once after its owner was killed', async () => {
    const other = await startElsewhere();
    await query(other.url, 'CREATE TABLE IF NOT EXISTS survivors AS SELECT 1 AS n');
    await other.kill();
    const { url } = await start();
    expect(await query(url, 'SELECT n FROM survivors')).toEqual([{ n: 1 }]);
  });

  it('it starts again although PostgreSQL has not noticed yet that its owner was killed', async () => {
    const first = await start();
    const deadOwner = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(deadOwner, 'exit');
    const url = new URL(first.url);
    url.pathname = 'postgres'; // advisory locks belong to a database
    const inItsPlace = new pg.Client({ connectionString: url.href, application_name: `owner-${deadOwner.pid}` });
    inItsPlace.on('error', () => undefined);
    await inItsPlace.connect();
    const { rows } = await inItsPlace.query<{ lock: number }>(
      `SELECT objid::int AS lock, pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`,
    );
    await inItsPlace.query('SELECT pg_advisory_lock($1)', [rows[0]!.lock]);
    const starting = start();
    const refused = starting.then(
      () => false,
      () => true,
    );
    const isAskingWho = (): Promise<boolean> =>
      inItsPlace
        .query(`SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%pg_locks%'`)
        .then(({ rowCount }) => rowCount! > 0);
    while (!(await isAskingWho()) && !(await Promise.race([refused, pause(5, false)])));
    await inItsPlace.end();
    const second = await starting;
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('it ignores a lock file whose process number now belongs to another program', async () => {
    const first = await start();
    const lockFile = path.join(first.directory, 'data', 'postmaster.pid');
    const [, ...rest] = (await readFile(lockFile, 'utf8')).split('\n');
    await first.stop();
    await writeFile(lockFile, [process.pid, ...rest].join('\n'), { mode: 0o600 });
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
