import { randomUUID } from 'node:crypto';
import { HttpSender } from '../../platform/http-client/http-sender.js';
import { webhookHeaders } from '../../platform/http-client/webhook-signature.js';
import { RepeatedFailure } from '../../platform/logging/repeated-failure.js';
import { Backoff } from '../../platform/outbox/backoff.js';
import { CircuitBreaker } from '../../platform/outbox/circuit-breaker.js';
import { checkHookAnswer, type HookAnswer } from './token-hook-answer.js';

/** Longest wait for the hook, because a member waits for the same answer. */
const TIMEOUT_MS = 1000;
const MAX_ANSWER_BYTES = 8192;
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 30;

/** What the hook is asked about: tokens that a member is about to get. */
export interface HookQuestion {
  readonly type: 'token.sign-up' | 'token.login' | 'token.refresh';
  /** At a sign-up the id that the member is about to get. */
  readonly memberId: string;
  /** Only at a refresh: a new session has no id yet. */
  readonly sessionId?: string;
}

export interface TokenHookSettings {
  readonly url: string;
  /** As Standard Webhooks writes it: `whsec_` and base64. */
  readonly secret: string;
  /** Receives one line for each new kind of failure, free of secrets. */
  readonly report: (line: string) => void;
  /** Milliseconds of a clock that never goes back; replaced in tests. */
  readonly now?: () => number;
}

/**
 * Asks the product's backend before tokens are minted. A hook that fails is left alone for a while,
 * so that its outage does not add a second to every request.
 */
export class TokenHook {
  // Private addresses are allowed: the operator configures the URL, and clients cannot.
  private readonly sender = new HttpSender({
    allowPrivateAddresses: true,
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
  private readonly breaker: CircuitBreaker;
  private readonly failure: RepeatedFailure;
  private readonly ignored: RepeatedFailure;
  private isTesting = false;

  constructor(private readonly settings: TokenHookSettings) {
    this.breaker = new CircuitBreaker(new Backoff(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS), settings.now);
    this.failure = new RepeatedFailure('The token hook failed', settings.report);
    this.ignored = new RepeatedFailure('The token hook set claims that it must not set', settings.report);
  }

  /**
   * Call this method outside transactions: it waits for another server.
   * @returns null where the hook failed, or failed a short time ago
   */
  async ask(question: HookQuestion): Promise<HookAnswer | null> {
    // One request tests a hook that failed; the others must not wait with it.
    if (this.breaker.remainingMs > 0 || this.isTesting) return null;
    this.isTesting = this.breaker.isHalfOpen;
    const isTest = this.isTesting;
    try {
      const { answer, ignoredClaims } = await this.send(question);
      if (ignoredClaims.length > 0) this.ignored.record(ignoredClaims.join(', '));
      this.breaker.close();
      this.failure.clear();
      return answer;
    } catch (error) {
      this.breaker.trip();
      this.failure.record((error as Error).message);
      return null;
    } finally {
      if (isTest) this.isTesting = false;
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.sender.close();
  }

  private async send(question: HookQuestion): Promise<ReturnType<typeof checkHookAnswer>> {
    const body = JSON.stringify(question);
    const seconds = Math.floor(Date.now() / 1000);
    const headers = webhookHeaders([this.settings.secret], `hook_${randomUUID()}`, seconds, body);
    const { status, body: text, isTruncated } = await this.sender.post(this.settings.url, headers, body);
    if (status !== 200) throw new Error(`status ${status}`);
    if (isTruncated) throw new Error('the answer is too long');
    return checkHookAnswer(text);
  }
}
