import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When recovery codes were made, so that taking an account back can tell an intruder's from the owner's. */
export class RecoveryCodesCreatedAt1764910120000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // In two steps: with its default from the start, the column would say of every code there is that it was made now.
    await runner.query(`ALTER TABLE recovery_codes ADD COLUMN created_at timestamptz`);
    await runner.query(`ALTER TABLE recovery_codes ALTER COLUMN created_at SET DEFAULT now()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE recovery_codes DROP COLUMN created_at`);
  }
}
