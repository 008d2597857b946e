import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { isConflict, isLockTimeout } from '../../platform/database/database-errors.js';

/*
 * Helpers for migrations of large tables that the previous version keeps using during the
 * migration. Such a migration sets `transaction = false` and can be run again after an interruption
 * at any point.
 */

/**
 * While a migration waits for a lock, other queries on the table queue behind it, so each wait is
 * short.
 */
const LOCK_WAIT_MS = 300;
const PAUSE_MS = 700;
const MAX_ATTEMPTS = 300;

/**
 * Runs statements that need an exclusive lock for a few milliseconds in one transaction, and
 * retries until it gets the lock.
 *
 * @throws Error if another transaction, such as a long backup, holds the lock for five minutes
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

/** Builds an index while other transactions read and write. Does nothing if the index exists. */
export async function buildIndex(runner: QueryRunner, name: string, definition: string): Promise<void> {
  const kind = definition.startsWith('UNIQUE ') ? 'UNIQUE INDEX' : 'INDEX';
  for (let attempt = 1; ; attempt += 1) {
    const existing = (await runner.query(
      `SELECT indisvalid AS "isValid" FROM pg_index WHERE indexrelid = to_regclass($1)`,
      [name],
    )) as { isValid: boolean }[];
    if (existing[0]?.isValid) return;
    // An interrupted build leaves an invalid index, which is updated on every write but never used.
    if (existing.length > 0) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
    try {
      return void (await runner.query(`CREATE ${kind} CONCURRENTLY ${name} ON ${definition.replace(/^UNIQUE /, '')}`));
    } catch (error) {
      // The build waits for all older transactions. One of them may be waiting for this session,
      // which is a deadlock.
      if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}
