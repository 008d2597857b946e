import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { RefreshCountsRepository, type RefreshOutcome } from './refresh-counts.repository.js';

const WRITE_AFTER_MS = 10_000;

/**
 * Counts refreshes for the overview of administrators. Ordinary refreshes write no security event,
 * because they are too many. A refresh adds to a number in memory; one statement every ten seconds
 * adds the numbers of this server to those of the others. A crash, or the end of a shutdown, loses
 * those that are only in memory.
 */
@Injectable()
export class RefreshCountsService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RefreshCountsService.name);
  private counts = none();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly repository: RefreshCountsRepository) {}

  /** Adds in memory, without a statement. */
  count(outcome: RefreshOutcome): void {
    this.counts[outcome] += 1;
    this.timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== undefined) await this.write();
  }

  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { counts } = this;
    this.counts = none();
    try {
      await this.repository.add(counts);
    } catch (error) {
      for (const outcome of OUTCOMES) this.counts[outcome] += counts[outcome]; // for the next write
      this.logger.warn(`refreshes could not be counted: ${(error as Error).message}`);
    }
  }
}

const OUTCOMES = ['rotated', 'replayed', 'refused'] as const;

const none = (): Record<RefreshOutcome, number> => ({ rotated: 0, replayed: 0, refused: 0 });
