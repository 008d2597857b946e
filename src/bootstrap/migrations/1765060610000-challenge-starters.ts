import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** Which administrator began an address change. */
export class ChallengeStarters1765060610000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE proof_requests ADD COLUMN IF NOT EXISTS started_by uuid`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE proof_requests DROP COLUMN started_by`);
  }
}
