import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { LOCKS } from './advisory-locks.js';
import { isDatabaseUnavailable, reasonOf } from './database-errors.js';

const ASK_AGAIN_MS = 100;

/** Waits until PostgreSQL answers, so that starting together with it is no error. */
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

/** Brings the schema up to date. Replicas starting together take turns by an advisory lock; the later ones find nothing to do. */
export async function migrate(options: DataSourceOptions): Promise<string[]> {
  // No statement timeout here: building an index on a large table takes as long as it takes, and so does waiting for the lock.
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
    await takeTurn(runner);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map((migration) => migration.name);
  } finally {
    // Ending the connection frees the lock, also when the unlock itself cannot be sent.
    await runner.query('SELECT pg_advisory_unlock($1)', [LOCKS.migration]).catch(() => undefined);
    await runner.release();
    await dataSource.destroy();
  }
}

/**
 * Asks for the lock again and again instead of waiting inside PostgreSQL: an index that is built concurrently waits for
 * every statement that is running, and would wait for those that wait for it.
 */
async function takeTurn(runner: QueryRunner): Promise<void> {
  for (;;) {
    const [answer] = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [LOCKS.migration])) as [
      { locked: boolean },
    ];
    if (answer.locked) return;
    await delay(ASK_AGAIN_MS);
  }
}
