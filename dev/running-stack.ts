import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DATA_DIRECTORY } from './project.js';

const FILE = path.join(DATA_DIRECTORY, 'running-stack.json');

/** Where the parts of a running `npm start` are: settings of its server, by their names in the environment. */
export type RunningStack = Record<string, string | undefined>;

/**
 * Records the running stack for commands that use the same database. The record of an earlier start stays while
 * that start runs. The file holds the database password, so only the owner of the file may read it.
 */
export async function noteStack(environment: RunningStack, file = FILE): Promise<void> {
  const note = await readNote(file);
  if (note !== undefined && !isOurs(note) && isAlive(Number(note.ownerPid))) return;
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true }); // `mode` applies only to new files
  await writeFile(file, JSON.stringify({ ...environment, ownerPid: String(process.pid) }), { mode: 0o600 });
}

/** Removes the record, unless it is that of another start. */
export async function forgetStack(file = FILE): Promise<void> {
  const note = await readNote(file);
  if (note !== undefined && isOurs(note)) await rm(file, { force: true });
}

/** Undefined when no `npm start` is running. */
export async function runningStack(file = FILE): Promise<RunningStack | undefined> {
  const note = await readNote(file);
  if (note === undefined || !isAlive(Number(note.ownerPid))) return undefined;
  const { ownerPid: _, ...environment } = note;
  return environment;
}

const isOurs = ({ ownerPid }: RunningStack): boolean => ownerPid === String(process.pid);

async function readNote(file: string): Promise<RunningStack | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as RunningStack);
  } catch {
    return undefined; // its start was killed while it wrote
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
