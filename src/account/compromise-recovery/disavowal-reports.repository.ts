import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DisavowalReport } from './disavowal-report.entity.js';

/** Owns the table `not_me_reports`. Uses TypeORM, because these links are used seldom. */
@Injectable()
export class DisavowalReportsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Records that a link was used.
   * @returns false if it was used before. Of two requests with one link, exactly one gets true.
   */
  async add(tx: Tx, id: string): Promise<boolean> {
    const insert = tx.manager.createQueryBuilder().insert().into(DisavowalReport).values({ id });
    const result = await insert.orIgnore().returning('id').execute();
    return (result.raw as unknown[]).length === 1;
  }

  /** Whether the link was used. Only an early check: {@link add} decides. */
  async has(id: string): Promise<boolean> {
    return this.database.manager.existsBy(DisavowalReport, { id });
  }
}
