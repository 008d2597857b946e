import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** Which sessions a provider has opened or confirmed. */
export class SessionsAtProviders1765060530000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE sessions ADD COLUMN IF NOT EXISTS at_provider boolean NOT NULL DEFAULT false`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions DROP COLUMN at_provider`);
  }
}
