import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rmdir, stat, symlink, unlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** The account that a child process runs as. Only root can choose one; other users run children as themselves. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account that PostgreSQL runs as. Undefined when this process belongs to an ordinary user:
 * PostgreSQL then runs as that user. PostgreSQL refuses to run as root, so root gets the owner of the
 * existing data, else the machine's `postgres` user, else `nobody`. No account is created on the machine.
 */
export async function postgresAccount(dataDirectory: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: idOf('-u', name), gid: idOf('-g', name) };
    } catch {
      // No such user: try the next name.
    }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a "postgres" nor a "nobody" user.');
}

function idOf(flag: '-u' | '-g', name: string): number {
  return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

/** Whether the account may read `target` and pass through every folder above it. */
export async function canReach(target: string, account: Account): Promise<boolean> {
  const PASS = 0o1;
  const READ_AND_PASS = 0o5;
  let current = await realpath(target);
  for (let needed = READ_AND_PASS; ; needed = PASS) {
    const { mode, uid, gid } = await stat(current);
    const granted = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode;
    if ((granted & needed) !== needed) return false;
    const parent = path.dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}

/**
 * Makes the folder `wanted` and returns its real path. If the account cannot reach it (for example
 * because root's clone lies in /root), the folder is made in a directory for temporary files and
 * `wanted` becomes a link to it, which later runs follow. The name of that folder is random, so that
 * no other user of the machine can take it first.
 */
export async function reachableDirectory(wanted: string, account: Account | undefined): Promise<string> {
  await mkdir(path.dirname(wanted), { recursive: true });
  const linked = await realpath(wanted).catch(() => undefined);
  if (linked === undefined) await unlink(wanted).catch(() => undefined); // a link whose target has been removed
  await mkdir(wanted, { recursive: true });
  const directory = await realpath(wanted);
  if (!account || (await canReach(directory, account))) return directory;

  for (const base of ['/var/tmp', os.tmpdir()]) {
    if (!(await canReach(base, account).catch(() => false))) continue;
    const outside = await mkdtemp(path.join(base, 'munjigi-'));
    await chmod(outside, 0o755);
    await rmdir(wanted);
    await symlink(outside, wanted);
    return outside;
  }
  throw new Error(`PostgreSQL cannot run as root, and its own user can reach neither ${wanted} nor /var/tmp.`);
}
