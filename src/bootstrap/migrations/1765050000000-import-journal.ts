import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The accounts of other systems that were imported. */
export class ImportJournal1765050000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS import_journal (
      row_key bytea PRIMARY KEY,
      source text NOT NULL,
      imported_at timestamptz NOT NULL DEFAULT now()
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE import_journal`);
  }
}
