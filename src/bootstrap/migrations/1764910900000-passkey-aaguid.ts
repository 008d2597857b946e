import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** The kind of authenticator, by which a passkey is listed. Unknown for rows of the version before. */
export class PasskeyAaguid1764910900000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE passkeys ADD COLUMN IF NOT EXISTS aaguid uuid`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE passkeys DROP COLUMN aaguid`);
  }
}
