import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from '../dev/postgres.js';
import { PROJECT_ROOT } from '../dev/project.js';

/*
 * Imports many members, kills the import halfway and resumes it: `node --import tsx
 * bench/import-scale.ts [members]`. Prints rate, peak memory and the time of the resume. Needs the
 * built command.
 */

const MEMBERS = Number(process.argv[2] ?? 1_000_000);
const HASH = '$argon2id$v=19$m=19456,t=2,p=1$T3QeNV/pbxOLgmf2euITvQ$eauQ56GgA9xeTlPjOPpHIVldJWm2AbT6bDN5zeVMb5Y';

interface Run {
  child: ChildProcess;
  peakMib: number;
  ended: Promise<unknown>;
}

const directory = await mkdtemp(path.join(tmpdir(), 'import-scale-'));
const postgres = await startPostgres({ directory: path.join(directory, 'postgres') });
const pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
try {
  const file = path.join(directory, 'members.jsonl');
  await writeMembers(file);
  await once(munjigi(['migrate']).child, 'exit');

  const startedMs = performance.now();
  const killed = munjigi(['import', '--from', 'jsonl', '--file', file, '--rejected', path.join(directory, 'rejected')]);
  while ((await members()) < MEMBERS / 2 && killed.child.exitCode === null) await pause(100);
  killed.child.kill('SIGKILL');
  await killed.ended;
  await pause(2000); // PostgreSQL ends the statement that runs
  const half = await members();
  const killedMs = performance.now();
  console.log(`killed after ${seconds(killedMs - startedMs)} s with ${half} members; peak ${killed.peakMib} MiB`);

  const resumed = munjigi([
    'import',
    '--from',
    'jsonl',
    '--resume',
    '--file',
    file,
    '--rejected',
    path.join(directory, 'rejected'),
  ]);
  while ((await members()) === half && resumed.child.exitCode === null) await pause(100);
  console.log(`first new member ${seconds(performance.now() - killedMs)} s after the resume`);
  await resumed.ended;
  const total = performance.now() - startedMs;
  const count = await members();
  console.log(`resumed in ${seconds(performance.now() - killedMs)} s; peak ${resumed.peakMib} MiB`);
  console.log(
    `${count} of ${MEMBERS} members in ${seconds(total)} s: ${Math.round(count / (total / 1000))} a second, the kill included`,
  );
  if (count !== MEMBERS) process.exitCode = 1;
} finally {
  await pool.end();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

function munjigi(args: string[]): Run {
  const child = spawn(process.execPath, ['dist/munjigi.cjs', ...args], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, DATABASE_URL: postgres.url, NODE_ENV: 'development' },
    stdio: 'inherit',
  });
  const run: Run = { child, peakMib: 0, ended: once(child, 'exit') };
  const timer = setInterval(() => {
    const status = `/proc/${child.pid}/status`;
    const peak = existsSync(status) ? /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] : undefined;
    run.peakMib = Math.max(run.peakMib, Math.round(Number(peak ?? 0) / 1024));
  }, 100);
  void run.ended.then(() => clearInterval(timer));
  return run;
}

async function writeMembers(file: string): Promise<void> {
  const output = createWriteStream(file);
  for (let number = 1; number <= MEMBERS; number += 1) {
    const member = { id: randomUUID(), loginId: `member.${number}`, email: `member${number}@example.com` };
    const line = { ...member, emailVerified: true, passwordHash: HASH, createdAt: '2020-01-02T03:04:05Z' };
    if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
}

async function members(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM import_journal');
  return rows[0]!.count;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
