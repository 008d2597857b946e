import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { parse } from 'yaml';
import { freePort } from '../../dev/free-port.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { type Account, postgresAccount } from '../../dev/run-as.js';
import { debianPostgresPrograms, isInstalled, skipNotice } from '../support/debian-server.js';
import { eventually } from '../support/eventually.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

const bin = debianPostgresPrograms();
const canRun = bin !== undefined && existsSync(path.join(bin, 'pg_basebackup')) && isInstalled('bash');
if (!canRun) skipNotice('PostgreSQL with pg_basebackup', 'postgresql');

const POSTGRES = { POSTGRES_USER: 'munjigi', POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'munjigi' };
/** A copy of the primary takes seconds, and longer on a busy machine. */
const COPYING_MS = 60_000;
/** Limits on WAL are small, so that a replica soon falls behind. */
const SETTINGS = ['max_slot_wal_keep_size=32MB', 'min_wal_size=32MB', 'max_wal_size=32MB', 'fsync=off'];

/** The script of deploy/compose.scale.yml, on two servers of a real PostgreSQL. */
(canRun ? describe : describe.skip)('deploy/postgres/follow-primary.sh', () => {
  let folder: string;
  let account: Account | undefined;
  let port: number;
  let primary: ChildProcess;
  let sql: pg.Pool;
  const running = new Set<ChildProcess>();
  const programs = `${bin}${path.delimiter}${process.env.PATH}`;
  const data = (name: string): string => path.join(folder, name, 'data');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-follow-'));
    account = await postgresAccount(folder);
    await chmod(folder, 0o755);
    if (account) await chown(folder, account.uid, account.gid);
    const run = { cwd: folder, stdio: 'ignore' as const, ...account };
    const pwfile = path.join(folder, 'password');
    appendFileSync(pwfile, POSTGRES.POSTGRES_PASSWORD);
    await chmod(pwfile, 0o644);
    execFileSync(
      path.join(bin!, 'initdb'),
      ['-D', data('primary'), '-U', 'munjigi', '-A', 'scram-sha-256', '--pwfile', pwfile, '--no-sync'],
      run,
    );
    port = await freePort();
    primary = launch('primary', path.join(bin!, 'postgres'), [
      ...['-D', data('primary'), '-c', `port=${port}`],
      ...[...LOCAL, ...SETTINGS].flatMap((setting) => ['-c', setting]),
    ]);
    await eventually('the primary', () => answers(port, 'postgres'));
    const admin = new pg.Client(url(port, 'postgres'));
    await admin.connect();
    await admin.query('CREATE DATABASE munjigi');
    await admin.end();
    sql = new pg.Pool({ connectionString: url(port), max: 2 });
    sql.on('error', () => undefined);
    await sql.query('CREATE TABLE letters (n int)');
  });
  afterAll(async () => {
    await sql?.end();
    for (const child of running) await stop(child);
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const LOCAL = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
  const url = (at: number, database = 'munjigi'): string => `postgres://munjigi:secret@127.0.0.1:${at}/${database}`;

  function launch(name: string, program: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(program, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: programs, LC_ALL: 'C', ...env },
      detached: true, // a group of its own, which ends as one
      ...account,
    });
    const log = path.join(folder, `${name}.log`);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => appendFileSync(log, text));
    running.add(child);
    return child;
  }
  async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (signal === 'SIGKILL') process.kill(-child.pid!, signal);
    else child.kill(child === primary ? 'SIGINT' : signal);
    await ended;
  }
  async function answers(at: number, database = 'munjigi'): Promise<true | undefined> {
    const client = new pg.Client(url(at, database));
    client.on('error', () => undefined);
    return client
      .connect()
      .then(() => client.end())
      .then(
        () => true as const,
        () => undefined,
      );
  }

  /** Starts a replica by the script, as its container does. */
  async function follow(
    name: string,
    searchPath = programs,
  ): Promise<{ child: ChildProcess; sees: (n: number) => Promise<unknown> }> {
    const at = await freePort();
    await mkdir(path.join(folder, name), { recursive: true });
    if (account) await chown(path.join(folder, name), account.uid, account.gid);
    const script = path.join(PROJECT_ROOT, 'deploy/postgres/follow-primary.sh');
    const options = [...LOCAL, `port=${at}`, 'fsync=off'].flatMap((setting) => ['-c', setting]);
    // As text, because the account that runs the script may have no access to the clone.
    const child = launch(name, 'bash', ['-c', readFileSync(script, 'utf8'), 'follow-primary.sh', ...options], {
      ...POSTGRES,
      ...{
        PGDATA: data(name),
        PRIMARY_HOST: '127.0.0.1',
        PRIMARY_PORT: String(port),
        CHECK_SECONDS: '1',
        PATH: searchPath,
      },
    });
    const count = async (): Promise<number> => {
      const client = new pg.Client(url(at));
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query('SELECT count(*)::int AS n FROM letters')).rows[0].n;
      } catch {
        return -1; // not up yet
      } finally {
        await client.end().catch(() => undefined);
      }
    };
    const sees = (n: number) =>
      eventually(`${name} sees ${n} letters`, async () => (await count()) === n || undefined, COPYING_MS);
    return { child, sees };
  }
  /** A search path for programs on which a slow `pg_basebackup` comes first. */
  async function slowCopying(): Promise<string> {
    const slow = path.join(folder, 'slow');
    await mkdir(slow, { recursive: true });
    const program = path.join(slow, 'pg_basebackup');
    await writeFile(program, `#!/bin/sh\nexec ${bin}/pg_basebackup --max-rate 1M "$@"\n`, { mode: 0o755 });
    return `${slow}${path.delimiter}${programs}`;
  }
  const write = async (): Promise<number> => {
    await sql.query('INSERT INTO letters VALUES (1)');
    return (await sql.query('SELECT count(*)::int AS n FROM letters')).rows[0].n;
  };
  const slot = async (): Promise<{ status: string; active: boolean } | undefined> =>
    (await sql.query(`SELECT wal_status AS status, active FROM pg_replication_slots WHERE slot_name = 'replica_1'`))
      .rows[0];
  /** Waits until the primary has discarded WAL that no replica has fetched. */
  const outrun = (): Promise<unknown> =>
    eventually(
      'the slot is lost',
      async () => {
        await sql.query(`SELECT pg_logical_emit_message(false, 'noise', repeat('x', 16000000)), pg_switch_wal()`);
        await sql.query('CHECKPOINT');
        return (await slot())?.status === 'lost' || undefined;
      },
      COPYING_MS,
    );
  const walBytes = async (): Promise<number> =>
    (await sql.query('SELECT sum(size)::float8 AS bytes FROM pg_ls_waldir()')).rows[0].bytes;

  it('it copies the primary, follows it, and continues after an absence', async () => {
    const first = await follow('replica');
    await first.sees(await write());
    await stop(first.child);
    const row = await write();
    const again = await follow('replica');
    await again.sees(row);
    expect(readFileSync(path.join(folder, 'replica.log'), 'utf8').match(/database system is shut down/g)).toHaveLength(
      1,
    );
    await stop(again.child);
  });

  it('it copies again after an interrupted first copy', async () => {
    await rm(path.join(folder, 'replica'), { recursive: true });
    const cut = await follow('replica', await slowCopying());
    const begun = path.join(`${data('replica')}.copy`, 'PG_VERSION');
    await eventually(
      'a part of the data',
      async () => (await slot())?.active && (existsSync(begun) || undefined),
      COPYING_MS,
    );
    await stop(cut.child, 'SIGKILL');
    expect(existsSync(data('replica'))).toBe(false);
    const again = await follow('replica');
    await again.sees(await write());
    await stop(again.child);
  });

  it('it lets the primary keep a limited amount while away, and copies again once it has fallen behind', async () => {
    await eventually('the slot is left', async () => (await slot())?.active === false || undefined);
    await outrun();
    expect(await walBytes()).toBeLessThan(200_000_000);
    const again = await follow('replica');
    await again.sees(await write());
    // The copy may have brought the row, before the replica follows the primary.
    await eventually('the slot is in use', async () => (await slot())?.active || undefined);
    expect(await slot()).toMatchObject({ status: 'reserved', active: true });
    await stop(again.child);
  });

  it('it stops when it falls behind while running, so that it is restarted', async () => {
    const cut = await follow('replica');
    await cut.sees(await write());
    // What happens to the slot of a replica that the network has cut off for long.
    await sql.query(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'replica_1'`);
    const ended = once(cut.child, 'exit');
    await eventually('the slot is gone', () =>
      sql.query(`SELECT pg_drop_replication_slot('replica_1')`).then(
        () => true,
        () =>
          sql
            .query(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'replica_1'`)
            .then(() => undefined),
      ),
    );
    await ended;
    running.delete(cut.child);
    const again = await follow('replica');
    await again.sees(await write());
    await stop(again.child);
  });

  it('it starts with its own data while the primary is away', async () => {
    const seen = await write();
    const before = await follow('replica');
    await before.sees(seen);
    await stop(before.child);
    await stop(primary);
    const alone = await follow('replica');
    await alone.sees(seen);
    await stop(alone.child);
  });

  it('the compose file limits what its slot keeps', () => {
    const file = readFileSync(path.join(PROJECT_ROOT, 'deploy/compose.scale.yml'), 'utf8');
    const { services } = parse(file, { merge: true }) as { services: { postgres: { command: string } } };
    expect(services.postgres.command).toMatch(/-c max_slot_wal_keep_size=\d+GB/);
  });
});
