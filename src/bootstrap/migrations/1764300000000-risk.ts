import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Known networks of members, risk notifications that were sent, and what a refresh needs to detect
 * that a session moves.
 */
export class Risk1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE known_networks (
      member_id uuid NOT NULL CONSTRAINT known_networks_member_fk REFERENCES members (id) ON DELETE CASCADE,
      network text NOT NULL,
      country text,
      first_seen_at timestamptz NOT NULL DEFAULT now(),
      last_seen_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (member_id, network)
    )`);
    await runner.query(`CREATE INDEX known_networks_last_seen_at ON known_networks (last_seen_at)`);
    // Without these rows, existing members would be notified about their own network as a new one.
    await runner.query(`INSERT INTO known_networks (member_id, network, first_seen_at, last_seen_at)
      SELECT member_id, network, min(first_seen_at), max(last_seen_at) FROM devices WHERE network <> '' GROUP BY member_id, network`);
    await runner.query(`CREATE TABLE session_countries (
      session_id uuid NOT NULL CONSTRAINT session_countries_session_fk REFERENCES sessions (id) ON DELETE CASCADE,
      country text NOT NULL,
      last_seen_at timestamptz NOT NULL,
      PRIMARY KEY (session_id, country)
    )`);
    await runner.query(`CREATE TABLE risk_notices (
      member_id uuid NOT NULL CONSTRAINT risk_notices_member_fk REFERENCES members (id) ON DELETE CASCADE,
      device text NOT NULL,
      signal text NOT NULL,
      noticed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (member_id, device, signal)
    )`);
    await runner.query(`CREATE INDEX risk_notices_noticed_at ON risk_notices (noticed_at)`);
    await runner.query(`ALTER TABLE sessions ADD COLUMN previous_ip text, ADD COLUMN previous_rotated_at timestamptz,
      ADD COLUMN burst_since timestamptz, ADD COLUMN burst_refreshes integer NOT NULL DEFAULT 0`);
    await runner.query(`ALTER TABLE mfa_challenges ADD COLUMN password_failures integer NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE mfa_challenges DROP COLUMN password_failures`);
    await runner.query(`ALTER TABLE sessions DROP COLUMN burst_refreshes, DROP COLUMN burst_since,
      DROP COLUMN previous_rotated_at, DROP COLUMN previous_ip`);
    await runner.query(`DROP TABLE risk_notices, session_countries, known_networks`);
  }
}
