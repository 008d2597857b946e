import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ApiKeysRepository } from './api-keys.repository.js';

const WINDOW_MS = 60_000;
const MAX_KEYS = 1000;

interface Window {
  readonly startedMs: number;
  requests: number;
}

/**
 * Counts the requests of each key, by the minute. The counts are in memory and not shared, because a
 * shared counter would cost a statement for each request. Such a limit is enough: it stops a program
 * that runs wild, not an attacker who guesses (ADR 0035).
 */
@Injectable()
export class ApiKeyUses {
  private readonly logger = new Logger(ApiKeyUses.name);
  private readonly windows = new LRUCache<string, Window>({ max: MAX_KEYS });

  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly config: AppConfig,
  ) {}

  /**
   * Counts a request of a key that was verified. The first request of a minute also updates
   * `last_used_at`, but does not wait for that.
   * @throws DomainError `too_many_requests`
   */
  count(id: string): void {
    const nowMs = performance.now();
    let window = this.windows.get(id);
    if (!window || nowMs - window.startedMs >= WINDOW_MS) {
      window = { startedMs: nowMs, requests: 0 };
      this.windows.set(id, window);
      void this.repository
        .recordUse(id)
        .catch((error: unknown) => this.logger.warn(`could not record the use of a key: ${(error as Error).message}`));
    }
    window.requests += 1;
    if (window.requests > this.config.env.API_KEY_REQUESTS_PER_MINUTE)
      throw new DomainError('too_many_requests', {
        retryAfter: Math.max(1, Math.ceil((window.startedMs + WINDOW_MS - nowMs) / 1000)),
        detail: 'requests of this API key',
      });
  }
}
