import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/**
 * What a session's last authentication began with, for the claim `amr`. The previous version leaves
 * the column null.
 */
export class SessionFirstFactor1765000000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Without a default, so that PostgreSQL rewrites no row of a table that every login writes.
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE sessions ADD COLUMN IF NOT EXISTS first_factor text`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions DROP COLUMN first_factor`);
  }
}
