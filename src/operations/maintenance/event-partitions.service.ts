import { Injectable, Logger } from '@nestjs/common';
import { Interval, Timeout } from '@nestjs/schedule';
import { SecurityEventPartitionsRepository } from '../../security/audit-log/security-event-partitions.repository.js';
import { AppConfig } from '../../platform/config/app-config.js';

const EVERY_MS = 60 * 60 * 1000;
/** So that no worker need run for that long before an event finds no partition. */
const MONTHS_AHEAD = 3;

/** Keeps the months of the audit: makes those to come in time, and drops whole those that are over. Several workers may do it side by side. */
@Injectable()
export class EventPartitionsService {
  private readonly logger = new Logger(EventPartitionsService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly partitions: SecurityEventPartitionsRepository,
  ) {}

  @Timeout(0)
  async keepFromStart(): Promise<void> {
    await this.keep();
  }

  @Interval(EVERY_MS)
  async keep(): Promise<void> {
    try {
      await this.makeComing();
      await this.dropExpired();
    } catch (error) {
      // The next round tries again: there is time until the last month made is over, and room for events even then.
      this.logger.warn(`could not keep the months of the audit: ${(error as Error).message}`);
    }
  }

  private async makeComing(): Promise<void> {
    for (const month of await this.partitions.findMissing(MONTHS_AHEAD))
      if (await this.partitions.create(month)) this.logger.log(`made ${month.name}`);
  }

  /** What is older than the retention in the month that is not yet over goes row by row, with the purge. */
  private async dropExpired(): Promise<void> {
    for (const name of await this.partitions.findExpired(this.config.env.SECURITY_EVENT_RETENTION_SECONDS))
      if (await this.partitions.drop(name)) this.logger.log(`dropped ${name}`);
  }
}
