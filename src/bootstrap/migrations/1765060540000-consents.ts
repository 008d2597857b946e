import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

/** What members agreed to, what pending sign-ups agreed to, and logins that wait for an agreement. */
export class Consents1765060540000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS consents (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      member_id uuid NOT NULL CONSTRAINT consents_member_fk REFERENCES members (id) ON DELETE CASCADE,
      document_id text NOT NULL,
      version text NOT NULL,
      language text NOT NULL,
      document_hash text NOT NULL,
      action text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      ip text NOT NULL
    )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS consents_member ON consents (member_id, id)`);
    // Depth 1 is a statement on the table itself, which an erased member's cascade is not.
    await runner.query(`CREATE OR REPLACE FUNCTION refuse_change_of_consent() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'consents is append-only';
      END $$`);
    await runner.query(`CREATE OR REPLACE TRIGGER consents_append_only BEFORE UPDATE OR DELETE ON consents
      FOR EACH ROW EXECUTE FUNCTION refuse_change_of_consent()`);
    // Without a default, so that PostgreSQL rewrites no row.
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE sign_ups ADD COLUMN IF NOT EXISTS consents jsonb`);
    });
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE mfa_challenges ADD COLUMN IF NOT EXISTS proven_factor text`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE mfa_challenges DROP COLUMN proven_factor`);
    await runner.query(`ALTER TABLE sign_ups DROP COLUMN consents`);
    await runner.query(`DROP TABLE consents`);
    await runner.query(`DROP FUNCTION refuse_change_of_consent`);
  }
}
