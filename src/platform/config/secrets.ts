import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './configuration-error.js';

const MIN_BYTES = 32;

/** Words that mark a secret as copied from a manual. */
const PLACEHOLDER =
  /change.?me|example|default|placeholder|replace|(my|your|super|top|dev|test).?secret|password|openssl|munjigi|0123456789|abcdefgh/i;

/** The weakness of a master secret; null when production may use it (RFC 8725 section 3.5). */
export function weaknessOf(secret: string): string | null {
  if (Buffer.byteLength(secret) < MIN_BYTES) return `needs at least ${MIN_BYTES} bytes`;
  if (PLACEHOLDER.test(secret)) return 'looks like a placeholder; make one with: openssl rand -base64 48';
  // 32 random bytes almost surely have more different characters, in hex too; repeated text has few.
  if (new Set(secret).size < 12) return 'is too regular; make one with: openssl rand -base64 48';
  return null;
}

/**
 * For commands that encrypt or decrypt what servers use: a secret made for the command would fit no server.
 * @throws ConfigurationError without SECRET, where no server has made a development secret
 */
export function requireSecretOfServers(variables: NodeJS.ProcessEnv = process.env, directory = '.data'): void {
  if (!variables.SECRET && !existsSync(join(directory, 'secret')))
    throw new ConfigurationError({ SECRET: 'is missing, and this command needs that of the servers' });
}

/**
 * The development secret: created once under `.data/`, readable only by its owner.
 * @throws ConfigurationError where nothing can be written or read there
 */
export function developmentSecret(directory = '.data'): string {
  const file = join(directory, 'secret');
  try {
    mkdirSync(directory, { recursive: true });
    // `wx` fails when the file exists, so that two processes starting together use the same secret.
    writeFileSync(file, randomBytes(48).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch {
    // Usually the file exists. Where it cannot be made, the read below fails, too.
  }
  const secret = read(file, directory);
  // The disk was full, or another process is writing it at this moment.
  if (Buffer.byteLength(secret) < MIN_BYTES)
    throw new ConfigurationError({ SECRET: `is missing, and ${file} is not whole: try again, or delete it` });
  return secret;
}

/**
 * The development secret where a server has made one. Otherwise a random one, for commands that read
 * the settings and encrypt nothing: a file made by a command would look like the secret of the servers.
 */
export function commandSecret(directory = '.data'): string {
  if (existsSync(join(directory, 'secret'))) return developmentSecret(directory);
  return randomBytes(48).toString('base64');
}

function read(file: string, directory: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError({ SECRET: `is missing, and none can be kept in ${directory}/ (${code})` });
  }
}
