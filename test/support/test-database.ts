import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const OBJECT_IN_USE = '55006';
const COPY_TIMEOUT_MS = 30_000;

/** A database of its own for one test file, and a way to look into it and to move its clock. */
export interface TestDatabase {
  url: string;
  name: string;
  /** For assertions and for time travel: move the times in the rows, not the clock. */
  pool: pg.Pool;
  drop(): Promise<void>;
}

/** Makes a migrated database, or an empty one for tests of the migrations themselves. */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const template = required('TEST_TEMPLATE');
  const name = `${template}_${randomBytes(5).toString('hex')}`;
  await createDatabase(name, empty ? 'template0' : template);
  return openTestDatabase(name);
}

/** A database that another process has made. */
export function openTestDatabase(name: string): TestDatabase {
  const pool = new pg.Pool({ connectionString: databaseUrl(name), max: 5 });
  pool.on('error', () => undefined); // an idle connection was cut: a test stopped the server or dropped the database
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

/** Where databases are made and dropped. */
export function adminUrl(): string {
  return required('TEST_POSTGRES_URL');
}

export function databaseUrl(name: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops it, whoever is still connected. */
export async function dropDatabase(name: string): Promise<void> {
  await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`));
}

/** Takes a database away from those who are connected to it, or gives it back. */
export async function renameDatabase(from: string, to: string): Promise<void> {
  await asAdmin(async (admin) => {
    for (const deadline = Date.now() + COPY_TIMEOUT_MS; ; await pause(20)) {
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [from]);
      try {
        await admin.query(`ALTER DATABASE ${pg.escapeIdentifier(from)} RENAME TO ${pg.escapeIdentifier(to)}`);
        return;
      } catch (error) {
        // Somebody was back before us.
        if ((error as pg.DatabaseError).code !== OBJECT_IN_USE || Date.now() > deadline) throw error;
      }
    }
  });
}

async function createDatabase(name: string, template: string): Promise<void> {
  const statement = `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`;
  await asAdmin(async (admin) => {
    for (const deadline = Date.now() + COPY_TIMEOUT_MS; ; await pause(20)) {
      try {
        await admin.query(statement);
        return;
      } catch (error) {
        // Somebody, autovacuum for one, is connected to the template just now.
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
