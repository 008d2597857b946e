import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bundle, CHUNK, MODULES } from './bundle.js';
import { withProgress } from './progress.js';
import { DATA_DIRECTORY, PROJECT_ROOT } from './project.js';

const SOURCES = path.join(PROJECT_ROOT, 'src');
const OUTPUT = path.join(PROJECT_ROOT, 'dist');
/** The scripts of the pages: a build copies them, and then packs them into others. */
const PAGE_SCRIPTS = path.join('pages', 'assets', path.sep);
/** A build copies this file with the scripts of the pages and never changes it, so it shows when they were copied. */
const COPIED_ALONGSIDE = path.join('pages', 'views', 'login.hbs');
/**
 * A build takes about a minute. A lock older than this is stale, even if another process now has the process
 * ID in it.
 */
const LOCK_EXPIRES_MS = 3 * 60_000;

/**
 * Does what `npm run build` does unless dist/ is up to date. A build begins by deleting dist/, so an unnecessary
 * build would remove the files of a running server, and two builds at once would remove each
 * other's files.
 */
export async function buildIfStale(): Promise<void> {
  if (await isFresh()) return;
  await withLock(path.join(DATA_DIRECTORY, 'build.lock'), async () => {
    if (await isFresh()) return; // another process has built it while this one waited
    const step = existsSync(OUTPUT)
      ? 'Building the server'
      : 'Building the server for the first time, which takes about a minute';
    const nest = path.join(PROJECT_ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
    const build = spawn(process.execPath, [nest, 'build'], {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await withProgress(step, async () => {
      const [code] = (await once(build, 'exit')) as [number | null];
      if (code !== 0) throw new Error('The build failed.');
      await bundle();
    });
  });
}

/** Whether each source has a newer output, and each output still has its source. */
async function isFresh(): Promise<boolean> {
  const settings = await Promise.all(
    [
      ...['tsconfig.json', 'nest-cli.json', 'dev/bundle.ts', 'dev/page-scripts.ts', 'dev/word-files.ts'],
      'node_modules/.package-lock.json', // the bundles contain the libraries
    ].map((name) => changedAt(PROJECT_ROOT, name)),
  );
  if ((await changedAt(MODULES)) === 0) return false; // the bundling has not begun, or was killed
  const copiedAt = await changedAt(OUTPUT, COPIED_ALONGSIDE);
  for (const name of await filesBelow(SOURCES)) {
    if (/\.(spec|d)\.ts$/.test(name)) continue;
    const builtAt = name.startsWith(PAGE_SCRIPTS)
      ? copiedAt
      : await changedAt(OUTPUT, name.replace(/\.(c?)ts$/, '.$1js'));
    if (builtAt === 0 && !/\.(c?ts|css|hbs|js|svg)$/.test(name)) continue; // not an asset
    if (builtAt < Math.max(await changedAt(SOURCES, name), ...settings)) return false;
  }
  const outputs = await filesBelow(OUTPUT);
  for (const name of outputs) {
    if (!/\.c?js$/.test(name) || path.basename(name).startsWith(CHUNK)) continue;
    const source = (await changedAt(SOURCES, name.replace(/\.(c?)js$/, '.$1ts'))) || (await changedAt(SOURCES, name));
    if (source === 0) return false;
  }
  return true;
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)));
}

/** Milliseconds; 0 for a file that is not there. */
async function changedAt(...parts: string[]): Promise<number> {
  return stat(path.join(...parts)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

async function withLock(file: string, action: () => Promise<void>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  for (;;) {
    try {
      const lock = await open(file, 'wx');
      await lock.writeFile(String(process.pid));
      await lock.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (await isAbandoned(file)) await rm(file, { force: true });
      else await pause(100);
    }
  }
  try {
    await action();
  } finally {
    await rm(file, { force: true });
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    if (Date.now() - (await stat(file)).mtimeMs > LOCK_EXPIRES_MS) return true;
    const pid = Number(await readFile(file, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
