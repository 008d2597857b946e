import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';

/** The channel on which an import notifies all servers that members may have hashes of other systems. */
export const LEGACY_HASHES_CHANNEL = 'munjigi_legacy_hashes';

/** Of the members and imported claims that have a password, the proportion whose hash has this scheme and cost. */
export interface LegacyHashShare {
  readonly kind: string;
  /** 0 to 1. */
  readonly share: number;
  /** Where this proportion begins between 0 and 1; proportions do not overlap. */
  readonly start: number;
}

/** The same expression as in the indexes members_legacy_hash_scheme and imported_claims_legacy_hash_scheme. */
const KIND = String.raw`substring(password_hash from '^(?:\$bcrypt-sha256)?\$[a-z0-9-]+\$[^$]+')`;

/**
 * The number of accounts with a password. Accounts without one are compared with dummies in the same
 * proportions. The number is PostgreSQL's estimate, because counting would read the table. Without an
 * estimate (-1 before the first ANALYZE, 0 where the table was empty then), the accounts are counted.
 */
const passwordsIn = (table: string): string =>
  `(SELECT CASE WHEN reltuples > 0 THEN reltuples * (1 - coalesce((
        SELECT null_frac FROM pg_stats WHERE schemaname = current_schema() AND tablename = '${table}' AND attname = 'password_hash'), 0))
      ELSE (SELECT count(password_hash) FROM ${table}) END
    FROM pg_class WHERE oid = '${table}'::regclass)`;

/** The proportions among members and imported claims: claims log in with their passwords too. */
const SHARES = `SELECT kind,
    count / greatest(sum(count) OVER (), ${passwordsIn('members')} + ${passwordsIn('imported_claims')})::float AS share
  FROM (SELECT ${KIND} AS kind, count(*)::float AS count FROM (
          SELECT password_hash FROM members WHERE password_hash NOT LIKE '$argon2id$%'
          UNION ALL SELECT password_hash FROM imported_claims WHERE password_hash NOT LIKE '$argon2id$%') AS hashes
        GROUP BY 1) AS kinds
  WHERE kind IS NOT NULL`;

/**
 * Stores where each proportion begins. An import runs this statement after its last batch. From then
 * on logins only make the proportions smaller, so that none overlaps another.
 */
export const KEEP_STARTS = `INSERT INTO legacy_hash_starts (kind, start)
  SELECT kind, sum(share) OVER (ORDER BY kind) - share FROM (${SHARES}) AS shares
  ON CONFLICT (kind) DO UPDATE SET start = excluded.start`;

/** Which hashes of other systems members and claims still have. */
@Injectable()
export class LegacyHashKindsRepository {
  constructor(private readonly database: Database) {}

  /** While an import runs, the proportions of its kinds may overlap others. */
  async findShares(): Promise<LegacyHashShare[]> {
    const { rows } = await this.database.query<LegacyHashShare>(
      `SELECT kind, share, coalesce(start, sum(share) OVER (ORDER BY kind) - share) AS start
       FROM (${SHARES}) AS shares LEFT JOIN legacy_hash_starts USING (kind) ORDER BY start, kind`,
    );
    return rows;
  }
}
