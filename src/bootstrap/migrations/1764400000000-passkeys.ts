import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passkeys and the challenges that they sign. */
export class Passkeys1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE passkeys (
      id uuid PRIMARY KEY,
      member_id uuid NOT NULL CONSTRAINT passkeys_member_fk REFERENCES members (id) ON DELETE CASCADE,
      credential_id bytea NOT NULL,
      public_key bytea NOT NULL,
      sign_count bigint NOT NULL,
      transports text[] NOT NULL,
      backup_eligible boolean NOT NULL,
      backed_up boolean NOT NULL,
      user_verified boolean NOT NULL,
      name text,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz
    )`);
    await runner.query(`CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id)`);
    await runner.query(`CREATE INDEX passkeys_member ON passkeys (member_id)`);
    await runner.query(`CREATE TABLE passkey_challenges (
      digest bytea PRIMARY KEY,
      purpose text NOT NULL,
      member_id uuid CONSTRAINT passkey_challenges_member_fk REFERENCES members (id) ON DELETE CASCADE,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query(`CREATE INDEX passkey_challenges_member ON passkey_challenges (member_id)`);
    await runner.query(`CREATE INDEX passkey_challenges_expires_at ON passkey_challenges (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE passkey_challenges, passkeys`);
  }
}
