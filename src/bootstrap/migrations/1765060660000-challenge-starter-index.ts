import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './online-ddl.js';

/** Finds what an administrator began for others, which ends with the sessions of the administrator. */
export class ChallengeStarterIndex1765060660000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, 'proof_requests_started_by', 'proof_requests (started_by) WHERE started_by IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX proof_requests_started_by`);
  }
}
