import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/**
 * Members without a password. The previous version compares a null with a dummy, as for an unknown
 * account, so no password logs in there either; it writes no null itself.
 */
export class NoPassword1765044000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Changes the catalogue alone: PostgreSQL reads no row.
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE members ALTER COLUMN password_hash DROP NOT NULL`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    // Empty text is no hash, so no password opens it.
    await runner.query(`UPDATE members SET password_hash = '' WHERE password_hash IS NULL`);
    await runner.query(`ALTER TABLE members ALTER COLUMN password_hash SET NOT NULL`);
  }
}
