import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { isConflict, isLockTimeout } from '../../platform/database/database-errors.js';

/*
 * For migrations of tables that may be large and that the previous version goes on using meanwhile. Such a migration says
 * `transaction = false`, and bears being run again from wherever it was interrupted.
 */

/** Whoever comes while we wait for a table waits behind us; so we wait no longer than this at a time. */
const LOCK_WAIT_MS = 300;
const PAUSE_MS = 700;
const MAX_ATTEMPTS = 300;

/**
 * A transaction for what needs tables for itself alone, if only for milliseconds.
 * @throws Error when somebody, a long backup perhaps, did not let go of them within five minutes
 */
export async function withBriefLock(runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await runner.startTransaction();
    try {
      await runner.query(`SET LOCAL lock_timeout = '${LOCK_WAIT_MS}ms'`);
      await work();
      return await runner.commitTransaction();
    } catch (error) {
      await runner.rollbackTransaction();
      if (attempt === MAX_ATTEMPTS || !(isLockTimeout(error) || isConflict(error))) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** Builds an index while others read and write, or does nothing where it is there already. */
export async function buildIndex(runner: QueryRunner, name: string, definition: string): Promise<void> {
  const kind = definition.startsWith('UNIQUE ') ? 'UNIQUE INDEX' : 'INDEX';
  for (let attempt = 1; ; attempt += 1) {
    const found = (await runner.query(
      `SELECT indisvalid AS "isValid" FROM pg_index WHERE indexrelid = to_regclass($1)`,
      [name],
    )) as { isValid: boolean }[];
    if (found[0]?.isValid) return;
    // An attempt that was interrupted leaves an index behind that is kept up to date and never used.
    if (found.length > 0) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
    try {
      return void (await runner.query(`CREATE ${kind} CONCURRENTLY ${name} ON ${definition.replace(/^UNIQUE /, '')}`));
    } catch (error) {
      // It waits for everybody who might not know of it yet, also for a server of the previous version that waits for us.
      if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}
