import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Authenticator apps, recovery codes, the challenge between password and second factor, and the
 * time of a session's last authentication.
 */
export class TwoFactor1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE totp_secrets (
      member_id uuid PRIMARY KEY CONSTRAINT totp_secrets_member_fk REFERENCES members (id) ON DELETE CASCADE,
      sealed bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      confirmed_at timestamptz,
      last_step bigint NOT NULL DEFAULT 0
    )`);
    await runner.query(`CREATE TABLE recovery_codes (
      digest bytea PRIMARY KEY,
      member_id uuid NOT NULL CONSTRAINT recovery_codes_member_fk REFERENCES members (id) ON DELETE CASCADE,
      used_at timestamptz
    )`);
    await runner.query(`CREATE INDEX recovery_codes_member ON recovery_codes (member_id)`);
    await runner.query(`CREATE TABLE mfa_challenges (
      id uuid PRIMARY KEY,
      member_id uuid NOT NULL CONSTRAINT mfa_challenges_member_fk REFERENCES members (id) ON DELETE CASCADE,
      password_version integer NOT NULL,
      device_id uuid,
      device_name text,
      transport text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      spent_at timestamptz
    )`);
    await runner.query(`CREATE INDEX mfa_challenges_expires_at ON mfa_challenges (expires_at)`);
    await runner.query(`ALTER TABLE sessions ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions DROP COLUMN authenticated_at`);
    await runner.query(`DROP TABLE mfa_challenges, recovery_codes, totp_secrets`);
  }
}
