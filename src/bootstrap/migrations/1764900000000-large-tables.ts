import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './online-ddl.js';

/** Indexes by which the purge finds expired rows without reading whole tables. */
const INDEXES = {
  proof_requests_over: 'proof_requests (greatest(code_expires_at, link_expires_at))',
  devices_last_seen_at: 'devices (last_seen_at)',
  email_changes_undo_until: 'email_changes (undo_until)',
  not_me_reports_reported_at: 'not_me_reports (reported_at)',
  rate_limits_expire: 'rate_limits (expire)',
};

/**
 * Tables with frequent updates. Free space on each page lets PostgreSQL store the new row version
 * on the same page without touching indexes (HOT updates; docs/scaling.md has the figures), and
 * autovacuum starts earlier than by default.
 */
const BUSY = {
  sessions: 'fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05',
  rate_limits: 'fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05',
};

/** Indexes and storage settings for tables with many millions of rows. */
export class LargeTables1764900000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) await buildIndex(runner, name, definition);
    // No query uses this index.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS proof_requests_created_at`);
    for (const [table, settings] of Object.entries(BUSY)) await runner.query(`ALTER TABLE ${table} SET (${settings})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of Object.keys(BUSY))
      await runner.query(`ALTER TABLE ${table} RESET (fillfactor, autovacuum_vacuum_scale_factor)`);
    await runner.query(`CREATE INDEX proof_requests_created_at ON proof_requests (created_at)`);
    for (const name of Object.keys(INDEXES)) await runner.query(`DROP INDEX IF EXISTS ${name}`);
  }
}
