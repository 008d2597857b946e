import { Injectable } from '@nestjs/common';
import { LOCKS } from '../../platform/database/advisory-locks.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';

/** The accounts that came from one other system. */
export interface ImportedSource {
  readonly source: string;
  readonly accounts: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Owns the table `import_journal`: which accounts of other systems were imported, as members or as claims. */
@Injectable()
export class ImportJournalRepository {
  constructor(private readonly database: Database) {}

  /** What was imported from where, the last import first. */
  async listSources(): Promise<ImportedSource[]> {
    const { rows } = await this.database.query<ImportedSource>(
      `SELECT source, count(*)::int AS accounts, min(imported_at) AS "firstAt", max(imported_at) AS "lastAt"
       FROM import_journal GROUP BY source ORDER BY max(imported_at) DESC, source`,
    );
    return rows;
  }

  /** Whether a process holds the lock of imports. */
  async isImportRunning(): Promise<boolean> {
    const { count } = await this.database.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND (classid::bigint << 32) + objid::bigint = $1::bigint LIMIT 1`,
      [LOCKS.memberImport],
    );
    return count > 0;
  }

  /**
   * Notes that an account becomes a member or a claim. Of two requests at once, the second waits for the
   * first.
   * @param rowKey see `importKeyOf`
   * @returns false if the account was imported before, even if its member was erased or its claim expired since
   */
  async add(tx: Tx, rowKey: Buffer, source: string): Promise<boolean> {
    const { count } = await tx.query(
      `INSERT INTO import_journal (row_key, source) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [rowKey, source],
    );
    return count === 1;
  }
}
