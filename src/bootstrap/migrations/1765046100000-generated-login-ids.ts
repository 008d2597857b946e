import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** Login IDs that an import made, and that their members may replace once. */
export class GeneratedLoginIds1765046100000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A constant default is kept in the catalogue, so no row is written.
    const column = 'ADD COLUMN IF NOT EXISTS login_id_generated boolean NOT NULL DEFAULT false';
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE members ${column}`);
    });
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE imported_claims ${column}`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE imported_claims DROP COLUMN login_id_generated`);
    await runner.query(`ALTER TABLE members DROP COLUMN login_id_generated`);
  }
}
