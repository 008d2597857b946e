import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many refreshes there were, by the minute. Refreshes write no security event. */
export class RefreshCounts1765060560000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS refresh_counts (
      minute timestamptz PRIMARY KEY,
      rotated integer NOT NULL,
      replayed integer NOT NULL,
      refused integer NOT NULL
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE refresh_counts`);
  }
}
