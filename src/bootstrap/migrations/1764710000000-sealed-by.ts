import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Says of what is kept encrypted for long which secret it needs, so that it can be sealed anew when that one is to go. */
export class SealedBy1764710000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE totp_secrets ADD COLUMN key_id text`);
    await runner.query(`ALTER TABLE recovery_codes ADD COLUMN sealed bytea, ADD COLUMN key_id text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Without them the codes made since are no use to the version before, which then asks for them in vain.
    await runner.query(`ALTER TABLE recovery_codes DROP COLUMN key_id, DROP COLUMN sealed`);
    await runner.query(`ALTER TABLE totp_secrets DROP COLUMN key_id`);
  }
}
