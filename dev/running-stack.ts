import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DATA_DIRECTORY } from './project.js';

const FILE = path.join(DATA_DIRECTORY, 'running-stack.json');

/** Where the parts of a running `npm start` are, read from the server's environment. */
export type RunningStack = Record<string, string | undefined>;

/**
 * Records it for commands that use the same database. The file holds the database password, so only
 * its owner may read it.
 */
export async function noteStack(environment: RunningStack): Promise<void> {
  await mkdir(DATA_DIRECTORY, { recursive: true });
  await rm(FILE, { force: true }); // `mode` applies only to new files
  await writeFile(FILE, JSON.stringify({ ...environment, ownerPid: String(process.pid) }), { mode: 0o600 });
}

/** Removes the record, unless a later start has written its own. */
export async function forgetStack(): Promise<void> {
  if ((await readNote())?.ownerPid === String(process.pid)) await rm(FILE, { force: true });
}

/** Undefined when no `npm start` is running. */
export async function runningStack(): Promise<RunningStack | undefined> {
  const note = await readNote();
  if (note === undefined || !isAlive(Number(note.ownerPid))) return undefined;
  const { ownerPid: _, ...environment } = note;
  return environment;
}

async function readNote(): Promise<RunningStack | undefined> {
  const text = await readFile(FILE, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RunningStack);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
