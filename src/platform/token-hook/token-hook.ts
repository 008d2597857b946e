import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { HookClaims } from '../crypto/tokens/hook-claims.js';
import { Clock } from '../database/clock.js';
import { DomainError } from '../http/problems/domain-error.js';
import { RepeatedFailure } from '../logging/repeated-failure.js';
import type { HookAnswer } from './token-hook-answer.js';
import type { HookQuestion, TokenHookClient } from './token-hook-client.js';

export type { HookQuestion };

const RETRY_SECONDS = 2;

/** Asks the product's backend which claims to add to an access token, and whether the member gets a token at all. */
@Injectable()
export class TokenHook implements OnModuleInit, OnApplicationShutdown {
  /** Results since the start, for metrics. */
  readonly counts = { claims: 0, refused: 0, failed: 0 };
  private readonly logger = new Logger('TokenHook');
  private readonly failure = new RepeatedFailure('the token hook failed', (line) => this.logger.warn(line));
  private readonly dropped = new RepeatedFailure('the token hook set reserved claims, which are ignored', (line) =>
    this.logger.warn(line),
  );
  private client: TokenHookClient | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Whether there is a hook. Without one, callers skip the steps that prepare the question, and must not {@link ask}. */
  get isConfigured(): boolean {
    return this.config.env.TOKEN_HOOK_URL !== undefined;
  }

  async onModuleInit(): Promise<void> {
    const { TOKEN_HOOK_URL: url, TOKEN_HOOK_SECRET: secret } = this.config.env;
    if (url === undefined) return;
    const { TokenHookClient } = await import('./token-hook-client.js');
    this.client = new TokenHookClient({ url, secret: secret!, nowSeconds: () => this.clock.nowSeconds() });
  }

  onApplicationShutdown(): void {
    this.client?.close();
  }

  /**
   * Call this method outside transactions: it waits for another server.
   * @returns the claims to add; none where the hook failed and TOKEN_HOOK_ON_FAILURE is `open`
   * @throws DomainError `refused_by_product`; `service_unavailable` where the hook failed and
   * TOKEN_HOOK_ON_FAILURE is `closed`
   */
  async ask(question: HookQuestion): Promise<HookClaims> {
    const answer = await this.findAnswer(question);
    if (answer === null) {
      this.counts.failed += 1;
      if (this.config.env.TOKEN_HOOK_ON_FAILURE === 'open') return {};
      throw new DomainError('service_unavailable', { detail: 'the token hook failed', retryAfter: RETRY_SECONDS });
    }
    if (answer.kind === 'claims') {
      this.counts.claims += 1;
      return answer.claims;
    }
    this.counts.refused += 1;
    const { code, detail } = answer;
    throw new DomainError('refused_by_product', { refusal: { code, detail }, detail: `the token hook: ${code}` });
  }

  private async findAnswer(question: HookQuestion): Promise<HookAnswer | null> {
    try {
      const answer = await this.client!.ask(question);
      this.failure.clear();
      if (answer.kind === 'claims' && answer.dropped.length > 0) this.dropped.record(answer.dropped.join(', '));
      return answer;
    } catch (error) {
      this.failure.record((error as Error).message);
      return null;
    }
  }
}
