import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import {
  deleteBatchStatement,
  ERASE_DEAD_MAIL_PAYLOADS,
  expiredRows,
  KEEP_LINKED_GRANTS,
  PURGE_BATCH_SIZE,
  type ExpiredRows,
} from './expired-rows.js';

const EVERY_MS = 10 * 60 * 1000;
/**
 * Batches per table and round: a million rows, more than expire in ten minutes with a hundred
 * million members.
 */
const MAX_BATCHES = 1000;

/**
 * Deletes expired rows in small batches, and erases the payloads of mails that cannot be delivered.
 * Several replicas may run it at the same time.
 */
@Injectable()
export class PurgeService {
  private readonly logger = new Logger(PurgeService.name);
  private readonly expired: readonly ExpiredRows[];
  private isRunning = false;

  constructor(
    private readonly database: Database,
    { env }: AppConfig,
  ) {
    this.expired = expiredRows(env);
  }

  /** Skipped while the previous round is still running. */
  @Interval(EVERY_MS)
  async purge(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.eraseDeadMail();
      await this.keepLinkedGrants();
      for (const rows of this.expired) await this.deleteExpired(rows);
    } finally {
      this.isRunning = false;
    }
  }

  /**
   * A failure is only logged: the next round tries again, and no other part depends on the
   * deletion.
   */
  private async deleteExpired(rows: ExpiredRows): Promise<void> {
    const statement = deleteBatchStatement(rows);
    try {
      for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
        const { count } = await this.database.queryUnprepared(statement);
        if (count < PURGE_BATCH_SIZE) break;
      }
    } catch (error) {
      this.logger.warn(`could not purge ${rows.table}: ${(error as Error).message}`);
    }
  }

  private async eraseDeadMail(): Promise<void> {
    await this.database
      .queryUnprepared(ERASE_DEAD_MAIL_PAYLOADS)
      .catch((error: unknown) => this.logger.warn(`could not erase dead mail: ${(error as Error).message}`));
  }

  /** Excepts the grants of linked accounts from the deletion, so that rounds do not read them again. */
  private async keepLinkedGrants(): Promise<void> {
    await this.database
      .queryUnprepared(KEEP_LINKED_GRANTS)
      .catch((error: unknown) => this.logger.warn(`could not keep provider grants: ${(error as Error).message}`));
  }
}
