import { Injectable, Logger } from '@nestjs/common';
import { Interval, Timeout } from '@nestjs/schedule';
import { SecurityEventPartitionsRepository } from '../../security/audit-log/security-event-partitions.repository.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { accessRecordRetention } from './access-records.js';

const EVERY_MS = 60 * 60 * 1000;
/** Partitions that are created in advance, in case no worker runs for a while. */
const MONTHS_AHEAD = 3;

/**
 * Maintains the monthly partitions of the audit log: creates those of the coming months, and drops
 * those whose events have all expired. Several workers may run it at the same time.
 */
@Injectable()
export class EventPartitionsService {
  private readonly logger = new Logger(EventPartitionsService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly partitions: SecurityEventPartitionsRepository,
  ) {}

  @Timeout(0)
  async maintainAtStart(): Promise<void> {
    await this.maintain();
  }

  @Interval(EVERY_MS)
  async maintain(): Promise<void> {
    try {
      await this.createUpcoming();
      await this.dropExpired();
    } catch (error) {
      // The next round tries again. Partitions exist for months ahead, and later events would go to
      // the default partition.
      this.logger.warn(`could not maintain the partitions of the audit log: ${(error as Error).message}`);
    }
  }

  private async createUpcoming(): Promise<void> {
    for (const month of await this.partitions.findMissing(MONTHS_AHEAD))
      if (await this.partitions.create(month)) this.logger.log(`created ${month.name}`);
  }

  /**
   * Drops only partitions that have expired entirely, access records included. The purge deletes
   * single expired rows in the others.
   */
  private async dropExpired(): Promise<void> {
    for (const name of await this.partitions.findExpired(accessRecordRetention(this.config.env)))
      if (await this.partitions.drop(name)) this.logger.log(`dropped ${name}`);
  }
}
