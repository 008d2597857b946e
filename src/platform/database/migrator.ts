import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { LOCKS } from './advisory-locks.js';
import { isDatabaseUnavailable, reasonOf } from './database-errors.js';

const LOCK_RETRY_MS = 100;

/** Waits until PostgreSQL answers, so that both can be started together. */
export async function waitForDatabase(
  options: DataSourceOptions,
  report: (attempt: number, reason: string) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const probe = new DataSource({ ...options, migrations: [], entities: [] });
    try {
      await probe.initialize();
      await probe.destroy();
      return;
    } catch (error) {
      if (probe.isInitialized) await probe.destroy().catch(() => undefined);
      if (!isDatabaseUnavailable(error)) throw error;
      report(attempt, reasonOf(error));
      await delay(Math.min(250 * attempt, 2000));
    }
  }
}

/**
 * Applies pending migrations under an advisory lock: when replicas start together, the first
 * applies them and the others find none.
 * @returns the names of the applied migrations
 */
export async function migrate(options: DataSourceOptions): Promise<string[]> {
  // No timeouts: building an index on a large table may take long, and so may waiting for another
  // replica.
  const dataSource = new DataSource({
    ...options,
    extra: {
      max: 2,
      application_name: 'munjigi-migrate',
      options: '-c statement_timeout=0 -c lock_timeout=0 -c timezone=UTC',
    },
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await acquireLock(runner);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map((migration) => migration.name);
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
