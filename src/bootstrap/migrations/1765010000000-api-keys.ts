import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** API keys, and the key that caused an entry of the audit log. */
export class ApiKeys1765010000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS api_keys (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      scopes text[] NOT NULL,
      digest bytea NOT NULL,
      previous_digest bytea,
      addresses text[] NOT NULL,
      created_by uuid,
      created_at timestamptz NOT NULL DEFAULT now(),
      rotated_at timestamptz,
      expires_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz
    )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS api_keys_created_at ON api_keys (created_at, id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS api_keys_end ON api_keys (least(revoked_at, expires_at))`);
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE security_events ADD COLUMN IF NOT EXISTS api_key_id uuid`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE security_events DROP COLUMN api_key_id`);
    await runner.query(`DROP TABLE api_keys`);
  }
}
