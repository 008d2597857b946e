import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';

/** An import notifies all servers on it that members may have brought hashes of other systems. */
export const LEGACY_HASHES_CHANNEL = 'munjigi_legacy_hashes';

/** What part of all members has a hash of one scheme and cost. */
export interface LegacyHashShare {
  readonly kind: string;
  /** 0 to 1. */
  readonly share: number;
}

/** As in the index members_legacy_hash_kind. */
const KIND = String.raw`substring(password_hash from '^(?:(?:\$bcrypt-sha256)?\$2b\$\d\d|\$(?:pbkdf2-\w+|scrypt)\$[^$]+)')`;

/** Which hashes of other systems members still have. */
@Injectable()
export class LegacyHashKindsRepository {
  constructor(private readonly database: Database) {}

  /**
   * The number of all members is PostgreSQL's estimate: counting them would read the table. Before
   * the first ANALYZE of the table it has no estimate (-1, or 0 where the table was empty), so they
   * are counted.
   */
  async findShares(): Promise<LegacyHashShare[]> {
    const { rows } = await this.database.query<LegacyHashShare>(
      `SELECT kind, count / greatest(sum(count) OVER (), (
         SELECT CASE WHEN reltuples > 0 THEN reltuples ELSE (SELECT count(*) FROM members) END
         FROM pg_class WHERE oid = 'members'::regclass))::float AS share
       FROM (SELECT ${KIND} AS kind, count(*)::float AS count FROM members
             WHERE password_hash NOT LIKE '$argon2id$%' GROUP BY 1) AS kinds
       WHERE kind IS NOT NULL ORDER BY kind`,
    );
    return rows;
  }
}
