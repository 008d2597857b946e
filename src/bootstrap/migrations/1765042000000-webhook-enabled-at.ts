import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** When a webhook was last enabled: what waited before has its three days from then on. */
export class WebhookEnabledAt1765042000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE webhooks ADD COLUMN IF NOT EXISTS enabled_at timestamptz NOT NULL DEFAULT now()`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE webhooks DROP COLUMN enabled_at`);
  }
}
