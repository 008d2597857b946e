import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './online-ddl.js';

const COLUMNS = [
  'key_thumbprint text',
  'binding text',
  'late_replay_generation int',
  'late_replayed_at timestamptz',
  'late_replays int NOT NULL DEFAULT 0',
];

/**
 * The key that a session is bound to, and the count of late replays. The previous version leaves
 * these columns alone; while it runs beside this one, it refreshes bound sessions without a proof.
 */
export class BoundSessions1764910800000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // None of these rewrites the table: no column has a default that is computed.
    await withBriefLock(runner, async () => {
      for (const column of COLUMNS) await runner.query(`ALTER TABLE sessions ADD COLUMN IF NOT EXISTS ${column}`);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.query(`ALTER TABLE sessions DROP COLUMN ${column.split(' ', 1)[0]}`);
  }
}
