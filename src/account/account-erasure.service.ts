import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SecurityEventsService } from '../audit/security-events.service.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { MailService } from '../mail/mail.service.js';
import { MembersRepository } from '../users/members.repository.js';

const EVERY_MS = 10 * 60 * 1000;
const BATCH = 100;

/** Erases closed accounts once their grace is over: the member with all that hangs on it, and whatever the audit knew of the person. */
@Injectable()
export class AccountErasureService {
  private readonly logger = new Logger(AccountErasureService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly events: SecurityEventsService,
    private readonly mail: MailService,
  ) {}

  @Interval(EVERY_MS)
  async eraseDue(): Promise<void> {
    try {
      while ((await this.eraseBatch()) === BATCH);
    } catch (error) {
      // The next round tries again.
      this.logger.warn(`could not erase closed accounts: ${(error as Error).message}`);
    }
  }

  private async eraseBatch(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const erased = await this.members.eraseClosed(tx, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS, BATCH);
      await this.events.anonymise(tx, erased);
      await this.mail.forget(
        tx,
        erased.map(({ id }) => id),
      );
      return erased.length;
    });
  }
}
