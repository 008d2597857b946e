import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { MailService } from '../../mail/mail.service.js';
import { MembersRepository } from '../../users/members.repository.js';

const EVERY_MS = 10 * 60 * 1000;
/** Accounts of one transaction: few, because a year of events may hang on each, and one statement erases those of all. */
const BATCH = 10;
/** So many that stay where they are mean that something is wrong with all of them; the next round tries again. */
const MOST_LEFT = 100;

/** Erases closed accounts once their grace is over: the member with all that hangs on it, and whatever the audit knew of the person. */
@Injectable()
export class AccountErasureService {
  private readonly logger = new Logger(AccountErasureService.name);
  private readonly graceSeconds: number;

  constructor(
    { env }: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly auditLog: AuditLogService,
    private readonly mail: MailService,
  ) {
    this.graceSeconds = env.ACCOUNT_ERASURE_GRACE_SECONDS;
  }

  @Interval(EVERY_MS)
  async eraseDue(): Promise<void> {
    const left: string[] = [];
    try {
      while (left.length < MOST_LEFT) {
        const ids = await this.members.findErasable(this.graceSeconds, BATCH, left);
        if (ids.length === 0) return;
        left.push(...(await this.erase(ids)));
      }
    } catch (error) {
      this.logger.warn(`could not look for closed accounts: ${(error as Error).message}`);
    }
  }

  /** Together, or one by one where that fails, so that an account with too much on it holds up no other. @returns those still there */
  private async erase(ids: readonly string[]): Promise<string[]> {
    try {
      const erased = await this.eraseTogether(ids);
      return ids.filter((id) => !erased.includes(id));
    } catch (error) {
      if (ids.length === 1) {
        this.logger.warn(`could not erase the closed account ${ids[0]}: ${(error as Error).message}`);
        return [...ids];
      }
      const left: string[] = [];
      for (const id of ids) left.push(...(await this.erase([id])));
      return left;
    }
  }

  private async eraseTogether(ids: readonly string[]): Promise<string[]> {
    return this.database.transaction(async (tx) => {
      const erased = await this.members.eraseClosed(tx, ids, this.graceSeconds);
      const erasedIds = erased.map(({ id }) => id);
      await this.auditLog.anonymise(tx, erased);
      await this.mail.forget(tx, erasedIds);
      return erasedIds;
    });
  }
}
