import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../../platform/config/app-config.js';
import { Clock } from '../../../platform/database/clock.js';
import type { ClientContext } from '../../../platform/http/client-context.js';
import { RepeatedFailure } from '../../../platform/logging/repeated-failure.js';
import type { LoginCredentials } from '../login-credentials.js';
import type { LoginCandidate } from '../../../users/members.repository.js';
import { ForeignAccountsService } from './foreign-accounts.service.js';
import type { ForeignAccount, ImportHook } from './import-hook.js';

/**
 * Asks the old system about accounts that are unknown here, and makes members of those whose
 * password matches. Without a URL it does nothing and loads nothing.
 */
@Injectable()
export class LazyImportService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(LazyImportService.name);
  private readonly failure = new RepeatedFailure('import hook failed', (line) => this.logger.warn(line));
  private hook: ImportHook | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly accounts: ForeignAccountsService,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.env.IMPORT_HOOK_URL === undefined) return;
    const { ImportHook } = await import('./import-hook.js');
    this.hook = new ImportHook(this.config, this.clock);
  }

  onApplicationShutdown(): void {
    this.hook?.close();
  }

  /**
   * How long the old system may take, in milliseconds; 0 where lazy import is off. Every refused
   * login waits for this long. Otherwise the time of a refusal would show which accounts are here,
   * and which the old system has (EN-06, IM-32).
   */
  get waitMs(): number {
    return this.hook === null ? 0 : this.config.env.IMPORT_HOOK_TIMEOUT_MS;
  }

  /**
   * Call it for an identifier that no member has, after the limits of logins and outside of
   * transactions.
   * @returns the member whose password this is; null where there is none, or the hook failed
   * @throws DomainError `overloaded`
   */
  async findMember(credentials: LoginCredentials, context: ClientContext): Promise<LoginCandidate | null> {
    const account = await this.ask(credentials);
    if (account === null) return null;
    const result = await this.accounts.becomeMember(account, credentials, context);
    if (typeof result !== 'string') return result;
    // The id names the account to the operator, who can look it up in the old system.
    this.logger.warn(
      `import hook: account ${JSON.stringify(account.sourceId.slice(0, 100))} is not imported: ${result}`,
    );
    return null;
  }

  private async ask({ identifier, password }: LoginCredentials): Promise<ForeignAccount | null> {
    if (this.hook === null) return null;
    try {
      const account = await this.hook.ask(identifier, password);
      this.failure.clear();
      return account;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.failure.record(code ?? message);
      return null;
    }
  }
}
