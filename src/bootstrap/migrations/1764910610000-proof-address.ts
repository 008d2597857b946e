import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, withBriefLock } from './online-ddl.js';

/**
 * The member's address at the time of a proof, so that a proof ends with the address (CC-10), and an
 * index to find the addresses that an undo can still restore (CC-11). Rows of the version before
 * have no address; the code treats them as that version did.
 */
export class ProofAddress1764910610000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE proof_requests ADD COLUMN IF NOT EXISTS old_email_key text`);
      await runner.query(`ALTER TABLE reset_grants ADD COLUMN IF NOT EXISTS email_key text`);
    });
    await buildIndex(runner, 'email_changes_old_email_key', 'email_changes (old_email_key) WHERE closed_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX email_changes_old_email_key`);
    await runner.query(`ALTER TABLE reset_grants DROP COLUMN email_key`);
    await runner.query(`ALTER TABLE proof_requests DROP COLUMN old_email_key`);
  }
}
