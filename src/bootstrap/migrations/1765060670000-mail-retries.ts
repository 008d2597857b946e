import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** When an administrator had a dead mail sent again. */
export class MailRetries1765060670000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE outbox_messages ADD COLUMN IF NOT EXISTS retried_at timestamptz`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE outbox_messages DROP COLUMN retried_at`);
  }
}
