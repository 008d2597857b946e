import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from '../dev/postgres.js';
import { PROJECT_ROOT } from '../dev/project.js';

/*
 * Imports many members twice: without a break, and killed halfway and resumed. `node --import tsx
 * bench/import-scale.ts [members]` prints rate, peak memory, the time of the resume, and the seconds
 * of CPU, which other work on the machine changes less than the rate. Needs the built command.
 */

const MEMBERS = Number(process.argv[2] ?? 1_000_000);
const HASH = '$argon2id$v=19$m=19456,t=2,p=1$T3QeNV/pbxOLgmf2euITvQ$eauQ56GgA9xeTlPjOPpHIVldJWm2AbT6bDN5zeVMb5Y';

const directory = await mkdtemp(path.join(tmpdir(), 'import-scale-'));
const file = path.join(directory, 'members.jsonl');
try {
  await writeMembers();
  await onNewDatabase(importAtOnce);
  await onNewDatabase(importWithKill);
} finally {
  await rm(directory, { recursive: true, force: true });
}

interface Run {
  child: ChildProcess;
  peakMib: number;
  /** Seconds of CPU. */
  cpu: number;
  ended: Promise<unknown>;
}

interface Bench {
  munjigi(args: string[]): Run;
  import(...args: string[]): Run;
  /** How many members the database holds. */
  count(): Promise<number>;
  /** Seconds of CPU of PostgreSQL. */
  databaseCpu(): number;
}

async function importAtOnce(bench: Bench): Promise<void> {
  const startedMs = performance.now();
  const before = bench.databaseCpu();
  const run = bench.import();
  await run.ended;
  const seconds = secondsSince(startedMs);
  const rate = Math.round(MEMBERS / seconds);
  console.log(`${await bench.count()} members in ${seconds.toFixed(1)} s: ${rate} a second; peak ${run.peakMib} MiB`);
  const database = bench.databaseCpu() - before;
  console.log(`CPU: import ${run.cpu.toFixed(1)} s, PostgreSQL ${database.toFixed(1)} s`);
}

async function importWithKill(bench: Bench): Promise<void> {
  const startedMs = performance.now();
  const killed = bench.import();
  while ((await bench.count()) < MEMBERS / 2 && killed.child.exitCode === null) await pause(100);
  killed.child.kill('SIGKILL');
  await killed.ended;
  console.log(`killed after ${secondsSince(startedMs).toFixed(1)} s; peak ${killed.peakMib} MiB`);
  await pause(2000); // until PostgreSQL has ended the running statement
  const half = await bench.count();
  const killedMs = performance.now();
  const resumed = bench.import('--resume');
  while ((await bench.count()) === half && resumed.child.exitCode === null) await pause(100);
  console.log(`first new member ${secondsSince(killedMs).toFixed(1)} s after the resume with ${half} members`);
  await resumed.ended;
  const count = await bench.count();
  console.log(`${count} members, resumed in ${secondsSince(killedMs).toFixed(1)} s; peak ${resumed.peakMib} MiB`);
  if (count !== MEMBERS) process.exitCode = 1;
}

async function onNewDatabase(work: (bench: Bench) => Promise<void>): Promise<void> {
  const postgres = await startPostgres({ directory: path.join(directory, 'postgres') });
  const pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const server = parentOf(rows[0]!.pid);
  const cpu = new Map<number, number>();
  const sample = (): void => {
    for (const pid of readdirSync('/proc').map(Number).filter(Boolean))
      if (parentOf(pid) === server) cpu.set(pid, cpuOf(pid));
  };
  const timer = setInterval(sample, 200);
  const munjigi = (args: string[]): Run => start(args, postgres.url);
  try {
    await munjigi(['migrate']).ended;
    await work({
      munjigi,
      import: (...args) =>
        munjigi(['import', '--from', 'jsonl', '--file', file, '--rejected', path.join(directory, 'rejected'), ...args]),
      count: async () => {
        const found = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM members');
        return found.rows[0]!.count;
      },
      databaseCpu: () => {
        sample();
        return [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
      },
    });
  } finally {
    clearInterval(timer);
    await pool.end();
    await postgres.stop();
    await rm(postgres.directory, { recursive: true, force: true }); // elsewhere, if root runs this
    await rm(path.join(directory, 'postgres'), { recursive: true, force: true });
  }
}

function start(args: string[], databaseUrl: string): Run {
  const child = spawn(process.execPath, ['dist/munjigi.cjs', ...args], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl, NODE_ENV: 'development' },
    stdio: 'inherit',
  });
  const run: Run = { child, peakMib: 0, cpu: 0, ended: once(child, 'exit') };
  const timer = setInterval(() => {
    const peak = /VmHWM:\s+(\d+)/.exec(readProc(child.pid!, 'status'))?.[1];
    run.peakMib = Math.max(run.peakMib, Math.round(Number(peak ?? 0) / 1024));
    run.cpu = Math.max(run.cpu, cpuOf(child.pid!));
  }, 100);
  void run.ended.then(() => clearInterval(timer));
  return run;
}

/** Empty after the process has ended. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** The fields after the name, which is in brackets (proc_pid_stat(5)). */
function statOf(pid: number): string[] {
  return readProc(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
}

function parentOf(pid: number): number {
  return Number(statOf(pid)[1]);
}

function cpuOf(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

async function writeMembers(): Promise<void> {
  const output = createWriteStream(file);
  for (let number = 1; number <= MEMBERS; number += 1) {
    const member = { id: randomUUID(), loginId: `member.${number}`, email: `member${number}@example.com` };
    const line = { ...member, emailVerified: true, passwordHash: HASH, createdAt: '2020-01-02T03:04:05Z' };
    if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000;
}
