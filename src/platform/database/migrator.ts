import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { StartError } from '../config/start-error.js';
import { LOCKS } from './advisory-locks.js';
import { DatabaseClient } from './database-client.js';
import { reasonOf } from './database-errors.js';
import { sessionSettings } from './session-settings.js';

const LOCK_RETRY_MS = 100;

/**
 * Applies pending migrations under an advisory lock: when replicas start together, the first
 * applies them and the others find none.
 * @returns the names of the applied migrations
 * @throws StartError when PostgreSQL refuses a step
 */
export async function migrate(options: DataSourceOptions): Promise<string[]> {
  // No timeouts for statements: building an index on a large table may take long.
  const dataSource = new DataSource({
    ...options,
    extra: {
      max: 2, // one connection holds the lock, the other applies the migrations
      application_name: 'munjigi-migrate',
      Client: DatabaseClient,
      session: sessionSettings({ timeoutMs: 0 }),
    },
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await acquireLock(runner);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map((migration) => migration.name);
  } catch (error) {
    throw schemaFailure(error);
  } finally {
    // If the unlock cannot be sent, closing the connection releases the lock.
    await runner.query('SELECT pg_advisory_unlock($1)', [LOCKS.migration]).catch(() => undefined);
    await runner.release();
    await dataSource.destroy();
  }
}

/**
 * Polls for the lock instead of waiting inside PostgreSQL: CREATE INDEX CONCURRENTLY waits for all
 * running statements, so a statement that waits for the migration would deadlock with it.
 */
async function acquireLock(runner: QueryRunner): Promise<void> {
  for (;;) {
    const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [LOCKS.migration])) as [
      { locked: boolean },
    ];
    if (row.locked) return;
    await delay(LOCK_RETRY_MS);
  }
}

/** A refusal of PostgreSQL as a sentence for the operator; any other error as it is. */
function schemaFailure(error: unknown): unknown {
  const { driverError } = error as { driverError?: { code?: string } };
  if (driverError?.code === undefined) return error;
  const remedy =
    driverError.code === '42501'
      ? 'The role that connects must own the tables and may create new ones: GRANT USAGE, CREATE ON SCHEMA public TO that role.'
      : 'Correct the cause in the database and start again: the update continues with the migration that failed.';
  return new StartError(`The schema cannot be updated: ${reasonOf(driverError)}. ${remedy}`, { cause: error });
}
