import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Addresses that administrators invited. */
export class Invitations1765060550000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS invitations (
      id uuid PRIMARY KEY,
      email text NOT NULL,
      email_key text NOT NULL,
      role text NOT NULL,
      attributes jsonb,
      locale text NOT NULL,
      invited_by uuid CONSTRAINT invitations_invited_by_fk REFERENCES members (id) ON DELETE CASCADE,
      api_key_id uuid CONSTRAINT invitations_api_key_fk REFERENCES api_keys (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      mailed_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      accepted_at timestamptz,
      member_id uuid CONSTRAINT invitations_member_fk REFERENCES members (id) ON DELETE CASCADE
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX IF NOT EXISTS invitations_open ON invitations (email_key) WHERE accepted_at IS NULL`,
    );
    await runner.query(`CREATE INDEX IF NOT EXISTS invitations_created_at ON invitations (created_at, id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS invitations_expires_at ON invitations (expires_at)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS invitations_invited_by ON invitations (invited_by)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS invitations_api_key ON invitations (api_key_id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS invitations_member ON invitations (member_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE invitations`);
  }
}
