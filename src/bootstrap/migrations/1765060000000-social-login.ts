import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** Accounts at other providers, journeys to them, and what a login that awaits its second factor began with. */
export class SocialLogin1765060000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await withBriefLock(runner, async () => {
      await runner.query(`CREATE TABLE IF NOT EXISTS identities (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL CONSTRAINT identities_member_fk REFERENCES members (id) ON DELETE CASCADE,
        provider text NOT NULL,
        subject text NOT NULL,
        email text,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
      await runner.query(
        `ALTER TABLE mfa_challenges ADD COLUMN IF NOT EXISTS first_factor text NOT NULL DEFAULT 'password'`,
      );
    });
    await runner.query(
      `CREATE UNIQUE INDEX IF NOT EXISTS identities_provider_subject ON identities (provider, subject)`,
    );
    await runner.query(`CREATE INDEX IF NOT EXISTS identities_member ON identities (member_id)`);
    await runner.query(`CREATE TABLE IF NOT EXISTS social_requests (
      id_digest bytea PRIMARY KEY,
      provider text NOT NULL,
      state_digest bytea NOT NULL,
      sealed bytea NOT NULL,
      redirect_uri text NOT NULL,
      transport text,
      binding text,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS social_requests_expires_at ON social_requests (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE social_requests`);
    await runner.query(`ALTER TABLE mfa_challenges DROP COLUMN first_factor`);
    await runner.query(`DROP TABLE identities`);
  }
}
