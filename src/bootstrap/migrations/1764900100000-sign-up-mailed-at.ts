import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether the code of a sign-up was mailed. If one address has too many sign-ups, those without a
 * mailed code are dropped first.
 */
export class SignUpMailedAt1764900100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sign_ups ADD COLUMN mailed_at timestamptz`);
    // Existing sign-ups count as mailed: most of them were, and none must be dropped by mistake.
    await runner.query(`UPDATE sign_ups SET mailed_at = created_at WHERE confirmed_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sign_ups DROP COLUMN mailed_at`);
  }
}
