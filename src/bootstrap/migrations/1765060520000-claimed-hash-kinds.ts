import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './online-ddl.js';

/** As members_legacy_hash_scheme: few claims keep a hash of another system once others are gone. */
export class ClaimedHashKinds1765060520000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(
      runner,
      'imported_claims_legacy_hash_scheme',
      String.raw`imported_claims (substring(password_hash from '^(?:\$bcrypt-sha256)?\$[a-z0-9-]+\$[^$]+'))
        WHERE password_hash NOT LIKE '$argon2id$%'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX imported_claims_legacy_hash_scheme');
  }
}
