import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Second factors that are to be removed later, see `FactorDispute`. */
export class FactorDisputes1764910620000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE factor_disputes (
      member_id uuid PRIMARY KEY CONSTRAINT factor_disputes_member_fk REFERENCES members (id) ON DELETE CASCADE,
      disputed_since timestamptz NOT NULL,
      reported_at timestamptz NOT NULL DEFAULT now(),
      due_at timestamptz NOT NULL
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE factor_disputes`);
  }
}
