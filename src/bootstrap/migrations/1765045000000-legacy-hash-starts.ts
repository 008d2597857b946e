import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './online-ddl.js';

/**
 * Counts hashes of other systems by scheme and cost in any form `$scheme$costs$…`. The index before
 * knew three schemes; the version before works with either. The table keeps which unknown accounts
 * get which kind.
 */
export class LegacyHashStarts1765045000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS legacy_hash_starts (
      kind text PRIMARY KEY,
      start double precision NOT NULL
    )`);
    await buildIndex(
      runner,
      'members_legacy_hash_scheme',
      String.raw`members (substring(password_hash from '^(?:\$bcrypt-sha256)?\$[a-z0-9-]+\$[^$]+'))
        WHERE password_hash NOT LIKE '$argon2id$%'`,
    );
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS members_legacy_hash_kind');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      String.raw`CREATE INDEX members_legacy_hash_kind ON
        members (substring(password_hash from '^(?:(?:\$bcrypt-sha256)?\$2b\$\d\d|\$(?:pbkdf2-\w+|scrypt)\$[^$]+)'))
        WHERE password_hash NOT LIKE '$argon2id$%'`,
    );
    await runner.query('DROP INDEX members_legacy_hash_scheme');
    await runner.query('DROP TABLE legacy_hash_starts');
  }
}
