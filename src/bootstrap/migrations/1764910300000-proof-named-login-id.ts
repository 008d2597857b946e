import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which login ID a request for a reset named besides the address: requests for different pairs do not touch each other. */
export class ProofNamedLoginId1764910300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE proof_requests ADD COLUMN named_login_id text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE proof_requests DROP COLUMN named_login_id`);
  }
}
