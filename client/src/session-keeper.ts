import type { components } from './openapi.js';
import { NetworkError, ProblemError, SignedOutError } from './errors.js';
import type { Listeners, SessionEndReason } from './events.js';
import type { Http, HttpResponse } from './http.js';
import { pause } from './pause.js';
import type { Exclusive } from './refresh-lock.js';
import { isFresh, parseSession, serialiseSession, toSession, type Session } from './session.js';
import type { TokenStorage } from './storage.js';
import { openTabChannel, type TabChannel } from './tab-channel.js';

type TokenResponse = components['schemas']['TokenResponse'];

/**
 * Timeout of a refresh. Shorter than the server's grace period (10 s by default): if the response
 * was lost after the server rotated the token, a retry within the grace period gets the same new
 * token.
 */
const REFRESH_TIMEOUT_MS = 6_000;
/** Pauses before the retries. Together they stay well within the grace period. */
const RETRY_PAUSES_MS = [150, 400, 1_000];
/**
 * If the server demands a longer wait than this, the refresh fails, and the next call tries again.
 */
const LONGEST_WAIT_MS = 3_000;
/** How long to wait for the message of another tab that has just released the lock. */
const MESSAGE_WAIT_MS = 150;

/** Error codes of a refresh that end the session. After any other failure the session is kept. */
const END_REASONS: Readonly<Record<string, SessionEndReason>> = {
  token_expired: 'expired',
  session_ended: 'ended',
  token_reused: 'reused',
  token_invalid: 'invalid',
};

type TabMessage =
  | { readonly type: 'session'; readonly session: Session }
  | { readonly type: 'ended'; readonly sessionId: string; readonly reason: SessionEndReason };

export interface SessionKeeperOptions {
  readonly http: Http;
  readonly storage: TokenStorage;
  readonly storageKey: string;
  /** The refresh token is in a cookie that scripts cannot read. */
  readonly usesCookies: boolean;
  /** Whether other tabs share the session. */
  readonly isShared: boolean;
  readonly exclusive: Exclusive;
  readonly listeners: Listeners;
}

/** Holds the session of a client, refreshes its tokens, and keeps both in step with other tabs. */
export class SessionKeeper {
  private session: Session | undefined;
  private renewal: Promise<Session> | undefined;
  private readonly loaded: Promise<void>;
  private readonly channel: TabChannel<TabMessage> | undefined;
  /** Resolves {@link waitForMessage}. */
  private onMessageArrived: () => void = () => undefined;
  /** Ids of ended sessions. An outdated storage must not bring one back. */
  private readonly ended = new Set<string>();
  /**
   * Whether the storage held the current session. Only then does an empty storage mean that another
   * tab has logged out.
   */
  private isStored = false;

  constructor(private readonly options: SessionKeeperOptions) {
    this.channel = options.isShared
      ? openTabChannel<TabMessage>(options.storageKey, options.storageKey, {
          onMessage: (message) => this.handleMessage(message),
          onHint: () => void this.readStorage(),
        })
      : undefined;
    this.loaded = this.readStorage(true);
  }

  /** Returns the session once the storage has been read. Does not check it with the server. */
  async current(): Promise<Session | undefined> {
    await this.loaded;
    return this.session;
  }

  /** Returns a valid access token; refreshes it first if needed. @throws SignedOutError */
  async accessToken(): Promise<string> {
    const session = await this.current();
    if (!session) throw new SignedOutError();
    return isFresh(session) ? tokenOf(session) : this.renew();
  }

  /**
   * Returns another access token than `rejected`. Concurrent calls, also in other tabs, share one
   * request.
   */
  async renew(rejected?: string): Promise<string> {
    const token = tokenOf(await this.renewShared(rejected));
    // A call may have joined a renewal that began before `rejected` was issued and that returned
    // this very token.
    return token === rejected ? tokenOf(await this.renewShared(rejected)) : token;
  }

  /** Starts using the tokens of a login. */
  async adopt(tokens: TokenResponse, askedAt: number): Promise<void> {
    await this.loaded;
    await this.store(toSession(tokens, askedAt));
  }

  /**
   * Removes the session and notifies listeners and other tabs. Does nothing if it was removed
   * already.
   */
  async end(sessionId: string, reason: SessionEndReason): Promise<void> {
    if (!this.forget(sessionId)) return;
    this.channel?.post({ type: 'ended', sessionId, reason });
    await this.tryStorage(() => this.options.storage.remove(this.options.storageKey));
    this.options.listeners.emit('sessionEnded', { sessionId, reason, inThisTab: true });
  }

  close(): void {
    this.channel?.close();
  }

  private renewShared(rejected: string | undefined): Promise<Session> {
    this.renewal ??= this.options
      .exclusive(async (hadToWait) => {
        if (hadToWait) await this.waitForMessage();
        return this.refreshIfNeeded(rejected);
      })
      .finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  private async refreshIfNeeded(rejected: string | undefined): Promise<Session> {
    for (let attempt = 0; ; attempt++) {
      await this.readStorage();
      const before = this.session;
      if (!before) throw new SignedOutError();
      if (isFresh(before) && before.accessToken !== rejected) return before; // another tab has refreshed

      const askedAt = Date.now();
      const response = await this.requestTokens(before).catch((error: unknown) => error as NetworkError);
      if (response instanceof Error) {
        await pauseBeforeRetry(response, attempt);
        continue;
      }
      if (!response.problem) {
        // The tokens are dropped if the member has logged out since the request was sent, or if
        // another member has logged in.
        if (this.session?.sessionId === before.sessionId)
          await this.store(toSession(response.body as TokenResponse, askedAt));
        if (!this.session) throw new SignedOutError();
        return this.session;
      }
      const endReason = response.status === 401 ? END_REASONS[response.problem.code] : undefined;
      if (endReason === undefined) {
        await pauseBeforeRetry(response.problem, attempt);
        continue;
      }
      if (attempt < RETRY_PAUSES_MS.length && (await this.hasLostRace(before))) continue;
      await this.end(before.sessionId, endReason);
      throw response.problem;
    }
  }

  /**
   * Whether another tab got newer tokens than the rejected ones. Then the session has not ended.
   */
  private async hasLostRace(rejected: Session): Promise<boolean> {
    if (this.options.isShared) await this.waitForMessage();
    await this.readStorage();
    return this.session !== undefined && this.session.askedAt > rejected.askedAt;
  }

  private requestTokens({ refreshToken }: Session): Promise<HttpResponse> {
    // Without an abort signal, because all waiting calls share this request.
    return this.options.http.send({
      method: 'POST',
      path: '/api/auth/refresh',
      token: refreshToken,
      timeoutMs: REFRESH_TIMEOUT_MS,
    });
  }

  private async store(session: Session): Promise<void> {
    this.session = session;
    this.channel?.post({ type: 'session', session });
    const { storage, storageKey, usesCookies } = this.options;
    this.isStored = await this.tryStorage(() => storage.set(storageKey, serialiseSession(session, !usesCookies)));
    this.options.listeners.emit('tokensChanged', { sessionId: session.sessionId });
  }

  private handleMessage(message: TabMessage): void {
    if (message.type === 'session') this.adoptNewer(message.session);
    else this.handleEnd(message.sessionId, message.reason);
    this.onMessageArrived();
  }

  /**
   * Uses the tokens of another tab if they are newer. They may come from the storage or from the
   * channel, in any order.
   */
  private adoptNewer(session: Session, isNew = true): void {
    const known = this.session;
    if (this.ended.has(session.sessionId)) return;
    if (known && session.askedAt < known.askedAt) return;
    // With cookie transport the storage holds the same session without its tokens.
    if (known && session.askedAt === known.askedAt && known.accessToken !== undefined) return;
    this.session = session;
    this.isStored = true;
    if (isNew && session.accessToken !== undefined)
      this.options.listeners.emit('tokensChanged', { sessionId: session.sessionId });
  }

  private handleEnd(sessionId: string, reason: SessionEndReason): void {
    if (this.forget(sessionId)) this.options.listeners.emit('sessionEnded', { sessionId, reason, inThisTab: false });
  }

  /**
   * Drops the session. Returns false if it is no longer the current one, so that its end is reported
   * only once.
   */
  private forget(sessionId: string): boolean {
    this.ended.add(sessionId);
    if (this.session?.sessionId !== sessionId) return false;
    this.session = undefined;
    this.isStored = false;
    return true;
  }

  private async readStorage(isFirst = false): Promise<void> {
    const { storage, storageKey } = this.options;
    let text: string | null = null;
    if (!(await this.tryStorage(async () => (text = await storage.get(storageKey))))) return;
    const stored = parseSession(text);
    if (stored) this.adoptNewer(stored, !isFirst);
    else if (this.session && this.isStored && this.options.isShared)
      this.handleEnd(this.session.sessionId, 'logged-out');
  }

  /** Waits briefly for a message of another tab. */
  private async waitForMessage(): Promise<void> {
    const message = new Promise<void>((resolve) => (this.onMessageArrived = resolve));
    await Promise.race([message, pause(MESSAGE_WAIT_MS)]);
  }

  private async tryStorage(action: () => unknown): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.options.listeners.emit('storageFailed', { error });
      return false;
    }
  }
}

/** Waits before a retry, or rethrows the error if a retry would not help now. */
async function pauseBeforeRetry(error: Error, attempt: number): Promise<void> {
  const standardPause = RETRY_PAUSES_MS[attempt];
  const isTemporary =
    error instanceof NetworkError || (error instanceof ProblemError && (error.status === 429 || error.status >= 500));
  const demandedPause = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1000 : 0;
  if (standardPause === undefined || !isTemporary || demandedPause > LONGEST_WAIT_MS) throw error;
  await pause(Math.max(standardPause, demandedPause));
}

function tokenOf({ accessToken }: Session): string {
  if (accessToken === undefined) throw new SignedOutError();
  return accessToken;
}
