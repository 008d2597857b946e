import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/**
 * The second factor that a session proved last, and when. A change of second factors needs a recent
 * one (FT-12). Sessions of the previous version have none and are asked for a factor.
 */
export class SessionSecondFactor1764910500000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Without defaults, so that PostgreSQL rewrites no row of a table that every login writes.
    await withBriefLock(runner, async () => {
      await runner.query(
        `ALTER TABLE sessions ADD COLUMN IF NOT EXISTS second_factor text, ADD COLUMN IF NOT EXISTS second_factor_at timestamptz`,
      );
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions DROP COLUMN second_factor, DROP COLUMN second_factor_at`);
  }
}
