import { randomUUID } from 'node:crypto';
import { getAnswerBody } from '../http-client/hook-answer-body.js';
import { HttpSender, NoAnswerInTimeError, type HttpAnswer } from '../http-client/http-sender.js';
import { webhookHeaders } from '../http-client/webhook-signature.js';
import { Backoff } from '../outbox/backoff.js';
import { CircuitBreaker } from '../outbox/circuit-breaker.js';
import { readHookAnswer, type HookAnswer } from './token-hook-answer.js';

/** Longest wait for the hook. Short, because the member's login or refresh waits for it. */
const TIMEOUT_MS = 1000;
const MAX_ANSWER_BYTES = 8192;
/** Questions that wait at once. More would only hold sockets and memory while the hook is slow. */
const MAX_WAITING = 256;
/** Questions in a row without an answer in time, after which the hook is left alone for a while. */
const TOLERATED_TIMEOUTS = 3;
const PAUSE = new Backoff(1, 30);

/** The login or refresh that is about to issue tokens. */
export interface HookQuestion {
  readonly type: 'token.login' | 'token.refresh';
  readonly memberId: string;
  /** Of the session that is refreshed. A login has none yet. */
  readonly sessionId?: string;
  /** Whether this login completes a sign-up: the product may not know the member yet. */
  readonly isNewMember?: boolean;
  /** The language that the member reads. */
  readonly locale: string;
}

export interface TokenHookSettings {
  readonly url: string;
  /** As Standard Webhooks writes it: `whsec_` and base64. */
  readonly secret: string;
  /** Seconds since 1970, for the signature. */
  readonly nowSeconds: () => number;
  /** Milliseconds of a clock that never goes back; replaced in tests. */
  readonly now?: () => number;
  /** Replaced in tests. */
  readonly sender?: Pick<HttpSender, 'post' | 'close'>;
}

/**
 * Asks the product's backend before tokens are minted. Loaded only where TOKEN_HOOK_URL is set.
 *
 * A hook that does not answer in time is left alone for a while, so that its outage does not add a
 * second to every request. Fast failures cost nothing and do not stop further questions: otherwise a
 * wrong answer about one member could switch the hook off for all.
 */
export class TokenHookClient {
  private readonly sender: Pick<HttpSender, 'post' | 'close'>;
  private readonly breaker: CircuitBreaker;
  private timeoutsInARow = 0;
  private waiting = 0;
  private isTesting = false;

  constructor(private readonly settings: TokenHookSettings) {
    this.sender = settings.sender ?? newSender();
    this.breaker = new CircuitBreaker(PAUSE, settings.now);
  }

  /**
   * Call this method outside transactions: it waits for another server.
   * @throws Error if there is no answer, or none of the right form; the message quotes nothing of it
   */
  async ask(question: HookQuestion): Promise<HookAnswer> {
    // One request tests a hook that timed out; the others must not wait with it.
    if (this.breaker.remainingMs > 0 || this.isTesting)
      throw new Error('not asked, because it did not answer in time before');
    if (this.waiting >= MAX_WAITING) throw new Error(`${MAX_WAITING} questions wait for answers`);
    const isTest = this.breaker.isHalfOpen;
    this.isTesting = isTest;
    this.waiting += 1;
    try {
      return readAnswer(await this.post(question));
    } finally {
      this.waiting -= 1;
      if (isTest) this.isTesting = false;
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.sender.close();
  }

  private async post(question: HookQuestion): Promise<HttpAnswer> {
    const { url, secret, nowSeconds } = this.settings;
    const body = JSON.stringify(question);
    const headers = webhookHeaders([secret], `tkn_${randomUUID()}`, nowSeconds(), body);
    try {
      const answer = await this.sender.post(url, headers, body);
      this.noteTime(true);
      return answer;
    } catch (error) {
      this.noteTime(!(error instanceof NoAnswerInTimeError));
      throw error;
    }
  }

  private noteTime(isInTime: boolean): void {
    this.timeoutsInARow = isInTime ? 0 : this.timeoutsInARow + 1;
    if (isInTime) this.breaker.close();
    else if (this.timeoutsInARow >= TOLERATED_TIMEOUTS) this.breaker.trip();
  }
}

function newSender(): HttpSender {
  return new HttpSender({
    // The operator configures the URL, and the product may be inside the operator's network.
    allowPrivateAddresses: true,
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
}

function readAnswer(answer: HttpAnswer): HookAnswer {
  return readHookAnswer(answer.status === 204 ? '' : getAnswerBody(answer, MAX_ANSWER_BYTES));
}
