import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './online-ddl.js';

/** How the purge finds what is over without reading the whole table. */
const INDEXES = {
  proof_requests_over: 'proof_requests (greatest(code_expires_at, link_expires_at))',
  devices_last_seen_at: 'devices (last_seen_at)',
  email_changes_undo_until: 'email_changes (undo_until)',
  not_me_reports_reported_at: 'not_me_reports (reported_at)',
  rate_limits_expire: 'rate_limits (expire)',
};

/**
 * Rows that are changed again and again. With room left on each page the new version of a row lies beside the old one and
 * no index learns of it (docs/scaling.md has the figures); and what is dead is collected before it is a fifth of the table.
 */
const BUSY = {
  sessions: 'fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05',
  rate_limits: 'fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05',
};

/** What tables of many millions of rows need. */
export class LargeTables1764900000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) await buildIndex(runner, name, definition);
    // Nothing asks for proofs by when they were made.
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
