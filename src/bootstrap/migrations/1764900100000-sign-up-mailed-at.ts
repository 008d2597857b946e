import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a claim's code ever went out: one whose code nobody has is the first to give way when there are too many for one address. */
export class SignUpMailedAt1764900100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sign_ups ADD COLUMN mailed_at timestamptz`);
    // Those that are under way are taken for mailed: most were, and none may suffer from not knowing.
    await runner.query(`UPDATE sign_ups SET mailed_at = created_at WHERE confirmed_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sign_ups DROP COLUMN mailed_at`);
  }
}
