import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * E-mail changes that can be undone, "it wasn't me" reports, closing accounts, and recognising
 * devices without their token.
 */
export class AccountRecovery1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE email_changes (
      id uuid PRIMARY KEY,
      member_id uuid NOT NULL CONSTRAINT email_changes_member_fk REFERENCES members (id) ON DELETE CASCADE,
      old_email text NOT NULL,
      old_email_key text NOT NULL,
      undo_digest bytea NOT NULL,
      changed_at timestamptz NOT NULL DEFAULT now(),
      undo_until timestamptz NOT NULL,
      closed_at timestamptz
    )`);
    await runner.query(`CREATE UNIQUE INDEX email_changes_undo ON email_changes (undo_digest)`);
    await runner.query(`CREATE INDEX email_changes_member ON email_changes (member_id)`);
    await runner.query(
      `CREATE TABLE not_me_reports (id uuid PRIMARY KEY, reported_at timestamptz NOT NULL DEFAULT now())`,
    );
    await runner.query(`ALTER TABLE proof_requests ADD COLUMN new_email text`);
    await runner.query(`ALTER TABLE members ADD COLUMN closed_at timestamptz`);
    await runner.query(`CREATE INDEX members_closed_at ON members (closed_at) WHERE closed_at IS NOT NULL`);
    await runner.query(
      `ALTER TABLE devices ADD COLUMN user_agent text NOT NULL DEFAULT '', ADD COLUMN network text NOT NULL DEFAULT ''`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE devices DROP COLUMN network, DROP COLUMN user_agent`);
    await runner.query(`DROP INDEX members_closed_at`);
    await runner.query(`ALTER TABLE members DROP COLUMN closed_at`);
    await runner.query(`ALTER TABLE proof_requests DROP COLUMN new_email`);
    await runner.query(`DROP TABLE not_me_reports, email_changes`);
  }
}
