import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './online-ddl.js';

/**
 * Counts hashes of other systems by scheme and cost without reading the table. Without such hashes
 * the index is empty. It holds no part of a hash.
 */
export class LegacyHashKinds1765040000000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(
      runner,
      'members_legacy_hash_kind',
      String.raw`members (substring(password_hash from '^(?:(?:\$bcrypt-sha256)?\$2b\$\d\d|\$(?:pbkdf2-\w+|scrypt)\$[^$]+)'))
        WHERE password_hash NOT LIKE '$argon2id$%'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX members_legacy_hash_kind`);
  }
}
