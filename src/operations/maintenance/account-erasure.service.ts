import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { AccountErasureRepository } from '../../users/account-erasure.repository.js';
import { ErasedPermissionsService } from './erased-permissions.service.js';
import { ErasedTracesService } from './erased-traces.service.js';

const EVERY_MS = 10 * 60 * 1000;
/**
 * Accounts per transaction. Only a few, because one statement anonymises all their events, and an
 * account may have a year of events.
 */
const BATCH_SIZE = 10;
/**
 * A round stops after this many accounts that could not be erased: the cause is then probably
 * common to all.
 */
const MAX_FAILED = 100;

/**
 * Erases closed accounts after their grace period: the member with all dependent rows, and the
 * personal data in the audit log.
 */
@Injectable()
export class AccountErasureService {
  private readonly logger = new Logger(AccountErasureService.name);
  private readonly graceSeconds: number;

  constructor(
    { env }: AppConfig,
    private readonly database: Database,
    private readonly accounts: AccountErasureRepository,
    private readonly permissions: ErasedPermissionsService,
    private readonly traces: ErasedTracesService,
  ) {
    this.graceSeconds = env.ACCOUNT_ERASURE_GRACE_SECONDS;
  }

  @Interval(EVERY_MS)
  async eraseDue(): Promise<void> {
    const failed: string[] = [];
    try {
      while (failed.length < MAX_FAILED) {
        const ids = await this.accounts.findErasable(this.graceSeconds, BATCH_SIZE, failed);
        if (ids.length === 0) return;
        failed.push(...(await this.erase(ids)));
      }
    } catch (error) {
      this.logger.warn(`could not look for closed accounts: ${(error as Error).message}`);
    }
  }

  /**
   * Erases the accounts in one transaction or, if that fails, one by one, so that an account with
   * too many rows does not block the others.
   *
   * @returns the ids that were not erased
   */
  private async erase(ids: readonly string[]): Promise<string[]> {
    try {
      const erased = await this.eraseTogether(ids);
      return ids.filter((id) => !erased.includes(id));
    } catch (error) {
      if (ids.length === 1) {
        this.logger.warn(`could not erase the closed account ${ids[0]}: ${(error as Error).message}`);
        return [...ids];
      }
      const failed: string[] = [];
      for (const id of ids) failed.push(...(await this.erase([id])));
      return failed;
    }
  }

  private async eraseTogether(ids: readonly string[]): Promise<string[]> {
    return this.database.transaction(async (tx) => {
      const revokePermissions = await this.permissions.prepare(tx, ids);
      const removeTraces = await this.traces.prepare(tx, ids);
      const erased = await this.accounts.erase(tx, ids, this.graceSeconds);
      const erasedIds = erased.map(({ id }) => id);
      await revokePermissions(erasedIds);
      await removeTraces(erased);
      return erasedIds;
    });
  }
}
