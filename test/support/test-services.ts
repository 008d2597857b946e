import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { buildIfStale } from '../../dev/build.js';
import { startPostgres } from '../../dev/postgres.js';
import { munjigi } from './command-line.js';
import { adminUrl, databaseUrl, dropDatabase } from './test-database.js';
import { keepCode } from './kept-code.js';
import { SharedServers } from './shared-servers.js';
import { temporaryFolder } from './temporary-folder.js';
import { TestInbox } from './test-inbox.js';

const FOLDER_PREFIX = 'munjigi-test-';
/** Several times as fast. Data is lost if the machine crashes, which is fine for tests. */
const FAST_AND_LOOSE = [
  ...['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300'],
  'autovacuum=off', // a database lives for seconds
];

/**
 * Shared by all integration and e2e tests of a run: PostgreSQL, a mail inbox, a migrated database
 * to copy.
 */
export interface TestServices {
  stop(): Promise<void>;
}

/**
 * Builds the server if needed. Starts PostgreSQL unless DATABASE_URL is set, and a mail inbox unless
 * SMTP_URL is set. Test files find the services in the environment: TEST_POSTGRES_URL, TEST_TEMPLATE,
 * TEST_SMTP_URL, MAIL_INBOX_URL, TEST_SHARED_SERVERS_URL, and TEST_KEPT_CODE on Node.js 20.
 */
export async function startTestServices(): Promise<TestServices> {
  const cleanups: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= undo(cleanups));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop().finally(() => process.exit(128 + os.constants.signals[signal])));
  }
  try {
    await buildIfStale();
    const folder = await makeFolder(await temporaryFolder());
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    useForTemporaryFiles(folder, cleanups);
    await allOrFirstFailure([keepCode(path.join(folder, 'code')), startDatabase(folder, cleanups)]);
    await startInbox(cleanups);
    await makeTemplate(cleanups);
    const sharedServers = await SharedServers.listen();
    process.env.TEST_SHARED_SERVERS_URL = sharedServers.url;
    cleanups.push(() => sharedServers.stop());
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Waits until every step has ended, even if one fails: a step that still runs has not added its cleanup yet.
 * @throws the failure of a step
 */
async function allOrFirstFailure(begun: Promise<void>[]): Promise<void> {
  await Promise.allSettled(begun);
  await Promise.all(begun);
}

/** Runs the cleanups in reverse order. A failure does not stop the others. */
async function undo(cleanups: (() => Promise<unknown>)[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) {
    await cleanup().catch((error: unknown) => console.error(error));
  }
}

async function startDatabase(folder: string, cleanups: (() => Promise<unknown>)[]): Promise<void> {
  process.env.TEST_POSTGRES_URL = process.env.DATABASE_URL;
  if (process.env.DATABASE_URL) return;
  const postgres = await startPostgres({ directory: path.join(folder, 'postgres'), settings: FAST_AND_LOOSE });
  cleanups.push(() => rm(postgres.directory, { recursive: true, force: true }));
  cleanups.push(() => postgres.stop());
  process.env.TEST_POSTGRES_URL = postgres.url;
  await makeConnectionsCheap(postgres.url);
}

/** Hashes the password once, not 4,096 times on each side: a run opens more than two thousand connections. */
async function makeConnectionsCheap(url: string): Promise<void> {
  const { username, password } = new URL(url);
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('SET scram_iterations = 1');
  await admin.query(`ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(password)}`);
  await admin.end();
}

async function startInbox(cleanups: (() => Promise<unknown>)[]): Promise<void> {
  process.env.TEST_SMTP_URL = process.env.SMTP_URL;
  if (process.env.SMTP_URL) {
    // MailHog's default port; set MAIL_INBOX_URL for any other address.
    process.env.MAIL_INBOX_URL ||= `http://${new URL(process.env.SMTP_URL).hostname}:8025`;
    return;
  }
  const inbox = await TestInbox.listen();
  cleanups.push(() => inbox.stop());
  process.env.TEST_SMTP_URL = inbox.smtpUrl;
  process.env.MAIL_INBOX_URL = inbox.webUrl;
}

/** Migrates once; each test file then copies the result, which takes milliseconds. */
async function makeTemplate(cleanups: (() => Promise<unknown>)[]): Promise<void> {
  const template = `munjigi_test_${randomBytes(4).toString('hex')}`;
  process.env.TEST_TEMPLATE = template;
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(template)}`);
  await admin.end();
  cleanups.push(() => dropDatabasesNamed(template));
  const { code, stderr } = await munjigi(['migrate'], { DATABASE_URL: databaseUrl(template) });
  if (code !== 0) throw new Error(`The template was not migrated: ${stderr}`);
}

/** Drops the template and all copies that test files left behind. */
async function dropDatabasesNamed(prefix: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  const { rows } = await admin.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [prefix],
  );
  await admin.end();
  for (const { datname } of rows) await dropDatabase(datname);
}

async function makeFolder(parent: string): Promise<string> {
  await removeFoldersOfDeadRuns(parent);
  const folder = await mkdtemp(path.join(parent, FOLDER_PREFIX));
  await chmod(folder, 0o1777); // when root runs the tests, PostgreSQL's own user needs access
  await writeFile(path.join(folder, 'pid'), String(process.pid));
  return folder;
}

/** Makes os.tmpdir() this folder, here and in the processes that start from now on. */
function useForTemporaryFiles(folder: string, cleanups: (() => Promise<unknown>)[]): void {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  cleanups.push(async () => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
}

/** A killed run leaves its files behind; its PostgreSQL ends by itself (see dev/postgres.ts). */
async function removeFoldersOfDeadRuns(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(FOLDER_PREFIX)) continue;
    const folder = path.join(parent, name);
    const pid = Number(await readFile(path.join(folder, 'pid'), 'utf8').catch(() => ''));
    // The folder of another user cannot be removed, which is fine.
    if (pid && !isAlive(pid)) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
