import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';

/** Owns the table `import_journal`: which accounts of other systems have become members. */
@Injectable()
export class ImportJournalRepository {
  /**
   * Notes that an account becomes a member. Of two requests at once, the second waits for the first.
   * @param rowKey see `importKeyOf`
   * @returns false if the account became a member before, even if that member was erased since
   */
  async add(tx: Tx, rowKey: Buffer, source: string): Promise<boolean> {
    const { count } = await tx.query(
      `INSERT INTO import_journal (row_key, source) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [rowKey, source],
    );
    return count === 1;
  }
}
