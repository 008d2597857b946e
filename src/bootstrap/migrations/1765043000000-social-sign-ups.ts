import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/**
 * Accounts at providers that await their sign-up, and the account that a pending sign-up claims. The
 * previous version takes a sign-up with such an account for one that can no longer be confirmed,
 * because it has no password.
 */
export class SocialSignUps1765043000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Without a default, so that PostgreSQL rewrites no row.
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE sign_ups ADD COLUMN IF NOT EXISTS identity bytea`);
    });
    await runner.query(`CREATE TABLE IF NOT EXISTS social_sign_ups (
      id_digest bytea PRIMARY KEY,
      sealed bytea NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS social_sign_ups_expires_at ON social_sign_ups (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE social_sign_ups`);
    await runner.query(`ALTER TABLE sign_ups DROP COLUMN identity`);
  }
}
