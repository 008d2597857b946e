import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, withBriefLock } from './online-ddl.js';

/** What providers hand out once, and what is to be taken back from them. */
export class ProviderGrants1765060470000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE social_requests ADD COLUMN IF NOT EXISTS posted_name text`);
    });
    await buildIndex(runner, 'social_requests_state', 'social_requests (state_digest)');
    await runner.query(`CREATE TABLE IF NOT EXISTS provider_grants (
      provider text,
      subject text,
      sealed bytea,
      sealed_by text,
      name text,
      obtained_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (provider, subject)
    )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS provider_grants_obtained_at ON provider_grants (obtained_at)`);
    await runner.query(`CREATE TABLE IF NOT EXISTS provider_revocations (
      id uuid PRIMARY KEY,
      provider text NOT NULL,
      subject text NOT NULL,
      sealed bytea,
      status text NOT NULL DEFAULT 'pending',
      attempts int NOT NULL DEFAULT 0,
      available_at timestamptz NOT NULL DEFAULT now(),
      created_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz,
      last_error text
    )`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS provider_revocations_due ON provider_revocations (available_at) WHERE status = 'pending'`,
    );
    await runner.query(
      `CREATE INDEX IF NOT EXISTS provider_revocations_created_at ON provider_revocations (created_at)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE provider_revocations`);
    await runner.query(`DROP TABLE provider_grants`);
    await runner.query(`DROP INDEX social_requests_state`);
    await runner.query(`ALTER TABLE social_requests DROP COLUMN posted_name`);
  }
}
