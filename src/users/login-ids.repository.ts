import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { isUniqueViolation } from '../platform/database/database-errors.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';

/** The login IDs in the table `members`. */
@Injectable()
export class LoginIdsRepository {
  constructor(private readonly database: Database) {}

  async isTaken(loginId: string): Promise<boolean> {
    const { count } = await this.database.query(`SELECT FROM members WHERE login_id = $1`, [loginId]);
    return count > 0;
  }

  async isHeldBy(sql: Sql, memberId: string, loginId: string): Promise<boolean> {
    const { count } = await sql.query(`SELECT FROM members WHERE id = $1 AND login_id = $2`, [memberId, loginId]);
    return count === 1;
  }

  /**
   * Replaces a login ID that an import made. The unique index decides between two requests at once.
   * @returns false where no import made the present login ID, or the member has already replaced it
   * @throws DomainError `login_id_taken`
   */
  async replaceGenerated(tx: Tx, memberId: string, loginId: string): Promise<boolean> {
    try {
      const { count } = await tx.query(
        `UPDATE members SET login_id = $2, login_id_generated = false, updated_at = now() WHERE id = $1 AND login_id_generated`,
        [memberId, loginId],
      );
      return count === 1;
    } catch (error) {
      if (isUniqueViolation(error)) throw new DomainError('login_id_taken', { cause: error });
      throw error;
    }
  }
}
