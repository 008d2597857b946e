import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** Imported accounts whose address is not proven, and the sign-ups that prove it. */
export class ImportedClaims1765046000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS imported_claims (
      id uuid PRIMARY KEY,
      login_id text NOT NULL,
      email text NOT NULL,
      email_key text NOT NULL,
      password_hash text NOT NULL,
      name text,
      locale text NOT NULL,
      attributes jsonb,
      created_at timestamptz NOT NULL,
      imported_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(`CREATE UNIQUE INDEX IF NOT EXISTS imported_claims_login_id ON imported_claims (login_id)`);
    await runner.query(`CREATE UNIQUE INDEX IF NOT EXISTS imported_claims_email_key ON imported_claims (email_key)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS imported_claims_imported_at ON imported_claims (imported_at)`);
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE sign_ups ADD COLUMN IF NOT EXISTS imported_claim_id uuid`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sign_ups DROP COLUMN imported_claim_id`);
    await runner.query(`DROP TABLE imported_claims`);
  }
}
