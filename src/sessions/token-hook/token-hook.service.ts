import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { HookQuestion, TokenHook } from './token-hook.js';
import type { ProductClaims } from './token-hook-answer.js';

const RETRY_SECONDS = 1;

/** Ends a transaction that would open a session before the product was asked. */
class ClaimsNeeded extends Error {}

/**
 * Asks the product's backend before tokens are minted: it adds claims to the access token or refuses.
 * Without a URL it does nothing and loads nothing.
 */
@Injectable()
export class TokenHookService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(TokenHookService.name);
  private hook: TokenHook | null = null;

  constructor(private readonly config: AppConfig) {}

  async onModuleInit(): Promise<void> {
    const { TOKEN_HOOK_URL: url, TOKEN_HOOK_SECRET: secret } = this.config.env;
    if (url === undefined || secret === undefined) return;
    const { TokenHook } = await import('./token-hook.js');
    this.hook = new TokenHook({ url, secret, report: (line) => this.logger.warn(line) });
  }

  onApplicationShutdown(): void {
    this.hook?.close();
  }

  /**
   * Runs a transaction that may open a session. With a hook it runs twice: the first run stops where
   * it would open the session ({@link requireClaims}) and is rolled back; the product is asked; the
   * second run commits. So no transaction waits for the product, and the product is asked only about
   * logins that pass risk, second factor and status (ADR 0039).
   * @throws DomainError `refused_by_product`, `service_unavailable`
   */
  async around<T>(question: HookQuestion, transact: (claims?: ProductClaims) => Promise<T>): Promise<T> {
    if (!this.hook) return transact();
    try {
      return await transact();
    } catch (error) {
      if (!(error instanceof ClaimsNeeded)) throw error;
    }
    return transact(await this.ask(question));
  }

  /** Stops a transaction of {@link around} before the product was asked. */
  requireClaims(claims: ProductClaims | undefined): void {
    if (this.hook && !claims) throw new ClaimsNeeded('the transaction runs again after the product was asked');
  }

  /**
   * Call it outside of transactions.
   * @returns undefined without a hook
   * @throws DomainError `refused_by_product`, `service_unavailable`
   */
  async ask(question: HookQuestion): Promise<ProductClaims | undefined> {
    if (!this.hook) return undefined;
    const answer = await this.hook.ask(question);
    if (answer?.kind === 'claims') return answer.claims;
    if (answer?.kind === 'refusal') {
      const { code, detail } = answer;
      throw new DomainError('refused_by_product', { detail: code, refusal: { code, detail } });
    }
    if (this.config.env.TOKEN_HOOK_ON_FAILURE === 'open') return {};
    throw new DomainError('service_unavailable', { detail: 'the token hook failed', retryAfter: RETRY_SECONDS });
  }
}
