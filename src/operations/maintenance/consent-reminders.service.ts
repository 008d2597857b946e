import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { MailService } from '../../mail/mail.service.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { ConsentDocuments } from '../../platform/consents/consent-documents.js';
import { Database } from '../../platform/database/database.js';

/** Not more often, because a round reads the whole ledger. */
const EVERY_MS = 6 * 60 * 60 * 1000;

/**
 * Reminds members every two years that they agreed to advertising (Network Act article 50(8)).
 * Several replicas may run a round at the same time. Where no document allows advertising, a round
 * loads and queries nothing.
 */
@Injectable()
export class ConsentRemindersService {
  private readonly logger = new Logger(ConsentRemindersService.name);
  private isRunning = false;

  constructor(
    private readonly documents: ConsentDocuments,
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly mail: MailService,
  ) {}

  /** Skipped while the previous round is still running. */
  @Interval(EVERY_MS)
  async remindDue(): Promise<void> {
    if (this.isRunning || this.documents.marketingIds.length === 0) return;
    this.isRunning = true;
    try {
      const { ConsentReminders } = await import('./consent-reminders.js');
      await new ConsentReminders(this.documents, this.config, this.database, this.mail).sendDue();
    } catch (error) {
      this.logger.warn(`could not remind of consents: ${(error as Error).message}`);
    } finally {
      this.isRunning = false;
    }
  }
}
