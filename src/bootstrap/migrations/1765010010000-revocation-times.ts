import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** When a session was revoked: the position of a listener in the revocation stream. */
export class RevocationTimes1765010010000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      // With a default, because the version before inserts no value.
      await runner.query(
        `ALTER TABLE revocations ADD COLUMN IF NOT EXISTS revoked_at timestamptz NOT NULL DEFAULT now()`,
      );
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE revocations DROP COLUMN revoked_at`);
  }
}
