import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, withBriefLock } from './online-ddl.js';

/** Finds the consents that members have to be reminded of, and distinguishes logins that wait for one. */
export class ConsentReminders1765060620000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, 'consents_document_at', 'consents (document_id, at)');
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE mfa_challenges ADD COLUMN IF NOT EXISTS awaits text`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE mfa_challenges DROP COLUMN awaits`);
    await runner.query(`DROP INDEX consents_document_at`);
  }
}
