import { Injectable } from '@nestjs/common';
import type { AttributeValues } from '../platform/attributes/member-attributes.js';
import type { Tx } from '../platform/database/sql.js';

/** Reads and writes the attributes in the table `members`. Cold, but SQL: each statement handles one value of one row. */
@Injectable()
export class MemberAttributesRepository {
  /**
   * Locks the member's row, so that two changes at once do not lose each other's values.
   * @returns the stored values; null where there are none, or no such member
   */
  async lock(tx: Tx, id: string): Promise<AttributeValues | null> {
    const { rows } = await tx.query<{ attributes: AttributeValues | null }>(
      `SELECT attributes FROM members WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return rows[0]?.attributes ?? null;
  }

  async set(tx: Tx, id: string, attributes: AttributeValues): Promise<void> {
    await tx.query(`UPDATE members SET attributes = $2, updated_at = now() WHERE id = $1`, [id, attributes]);
  }
}
