import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The creation time of recovery codes, so that compromise recovery can distinguish an intruder's
 * codes from the owner's.
 */
export class RecoveryCodesCreatedAt1764910120000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // In two steps: with an immediate default, all existing codes would get the current time.
    await runner.query(`ALTER TABLE recovery_codes ADD COLUMN created_at timestamptz`);
    await runner.query(`ALTER TABLE recovery_codes ALTER COLUMN created_at SET DEFAULT now()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE recovery_codes DROP COLUMN created_at`);
  }
}
