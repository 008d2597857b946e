import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Records which secret a long-lived encrypted value needs, so that it can be re-encrypted before
 * that secret is removed.
 */
export class SealedBy1764710000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE totp_secrets ADD COLUMN key_id text`);
    await runner.query(`ALTER TABLE recovery_codes ADD COLUMN sealed bytea, ADD COLUMN key_id text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // The previous version cannot verify recovery codes that were created since, and rejects them.
    await runner.query(`ALTER TABLE recovery_codes DROP COLUMN key_id, DROP COLUMN sealed`);
    await runner.query(`ALTER TABLE totp_secrets DROP COLUMN key_id`);
  }
}
