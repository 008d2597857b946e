import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The login ID that a password reset request names besides the address, so that requests for
 * different pairs are independent.
 */
export class ProofNamedLoginId1764910300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE proof_requests ADD COLUMN named_login_id text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE proof_requests DROP COLUMN named_login_id`);
  }
}
