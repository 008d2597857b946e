import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** The attributes that the operator declares. The previous version leaves them null. */
export class Attributes1765030000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Without a default, so that PostgreSQL rewrites no row.
    for (const table of ['members', 'sign_ups'])
      await withBriefLock(runner, async () => {
        await runner.query(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS attributes jsonb`);
      });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['members', 'sign_ups']) await runner.query(`ALTER TABLE ${table} DROP COLUMN attributes`);
  }
}
