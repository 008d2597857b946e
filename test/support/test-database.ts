import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const OBJECT_IN_USE = '55006';
const COPY_TIMEOUT_MS = 30_000;

/** A database for one test file. */
export interface TestDatabase {
  url: string;
  name: string;
  /** For assertions, and for changing times in rows instead of the clock. */
  pool: pg.Pool;
  drop(): Promise<void>;
}

/** Creates a migrated database, or an empty one for tests of the migrations. */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const template = required('TEST_TEMPLATE');
  const name = `${template}_${randomBytes(5).toString('hex')}`;
  await createDatabase(name, empty ? 'template0' : template);
  return openTestDatabase(name);
}

/** Opens an existing database. */
export function openTestDatabase(name: string): TestDatabase {
  const pool = new pg.Pool({ connectionString: databaseUrl(name), max: 5 });
  pool.on('error', () => undefined); // an idle connection was closed: a test stopped the server or dropped the database
  return {
    url: databaseUrl(name),
    name,
    pool,
    drop: async () => {
      await pool.end();
      await dropDatabase(name);
    },
  };
}

/** The URL for creating and dropping databases. */
export function adminUrl(): string {
  return required('TEST_POSTGRES_URL');
}

export function databaseUrl(name: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops the database if it exists, and ends any connections to it. */
export async function dropDatabase(name: string): Promise<void> {
  await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`));
}

/** Renames a database and ends its connections, to take it away from servers or to give it back. */
export async function renameDatabase(from: string, to: string): Promise<void> {
  await asAdmin(async (admin) => {
    for (const deadline = Date.now() + COPY_TIMEOUT_MS; ; await pause(20)) {
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [from]);
      try {
        await admin.query(`ALTER DATABASE ${pg.escapeIdentifier(from)} RENAME TO ${pg.escapeIdentifier(to)}`);
        return;
      } catch (error) {
        // A client has connected again in between.
        if ((error as pg.DatabaseError).code !== OBJECT_IN_USE || Date.now() > deadline) throw error;
      }
    }
  });
}

async function createDatabase(name: string, template: string): Promise<void> {
  // Files are copied as they are: writing each page to the log first takes more than twice the processor time.
  const statement = `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)} STRATEGY FILE_COPY`;
  await asAdmin(async (admin) => {
    for (const deadline = Date.now() + COPY_TIMEOUT_MS; ; await pause(20)) {
      try {
        await admin.query(statement);
        return;
      } catch (error) {
        // Another connection, such as autovacuum, uses the template at this moment.
        if ((error as pg.DatabaseError).code !== OBJECT_IN_USE || Date.now() > deadline) throw error;
      }
    }
  });
}

async function asAdmin<T>(action: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    return await action(admin);
  } finally {
    await admin.end();
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: tests of this kind run through Jest's global setup.`);
  return value;
}
