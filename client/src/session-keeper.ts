import type { components } from './openapi.js';
import { NetworkError, ProblemError, SignedOutError } from './errors.js';
import type { Listeners, SessionEndReason } from './events.js';
import type { Http, HttpAnswer } from './http.js';
import { pause } from './pause.js';
import type { Exclusive } from './refresh-lock.js';
import { isFresh, parsedSession, serialised, sessionOf, type Session } from './session.js';
import type { TokenStorage } from './storage.js';
import { tabChannel, type TabChannel } from './tab-channel.js';

type TokenResponse = components['schemas']['TokenResponse'];

/**
 * A refresh without an answer is given up after this long. It is below the server's grace (10 s by default), because the
 * server may have rotated: asked again within the grace, it gives the successor that was lost on the way.
 */
const REFRESH_TIMEOUT_MS = 6_000;
/** Pauses before the second try and those after it. All of them together stay well within the grace. */
const RETRY_PAUSES_MS = [150, 400, 1_000];
/** A server that wants more patience than this gets it from the next call, not from this one. */
const LONGEST_WAIT_MS = 3_000;
/** How long the news of another tab, which has just let go of the lock, may take to get here. */
const NEWS_MS = 150;

/** What the server says when a session is over for good; every other failure of a refresh leaves the session alone. */
const VERDICTS: Readonly<Record<string, SessionEndReason>> = {
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
  /** The refresh token is in a cookie, which no script sees. */
  readonly usesCookies: boolean;
  /** Whether other tabs have the same session. */
  readonly isShared: boolean;
  readonly exclusive: Exclusive;
  readonly listeners: Listeners;
}

/** Knows the session of this client, keeps its tokens fresh, and agrees on both with the other tabs. */
export class SessionKeeper {
  private session: Session | undefined;
  private renewal: Promise<Session> | undefined;
  private readonly loaded: Promise<void>;
  private readonly channel: TabChannel<TabMessage> | undefined;
  /** Wakes whoever waits for the news of another tab. */
  private wake: () => void = () => undefined;
  /** Sessions known to be over. A storage that lags behind must not bring one back. */
  private readonly over = new Set<string>();
  /** Whether the storage has what we know; only then does its being empty mean something. */
  private isStored = false;

  constructor(private readonly options: SessionKeeperOptions) {
    this.channel = options.isShared
      ? tabChannel<TabMessage>(options.storageKey, options.storageKey, {
          onMessage: (message) => this.hear(message),
          onHint: () => void this.readStorage(),
        })
      : undefined;
    this.loaded = this.readStorage(true);
  }

  /** The session, once the storage has been read. Asks nobody whether it is still alive. */
  async current(): Promise<Session | undefined> {
    await this.loaded;
    return this.session;
  }

  /** An access token that should be accepted; refreshes first where it would not be. @throws SignedOutError */
  async accessToken(): Promise<string> {
    const session = await this.current();
    if (!session) throw new SignedOutError();
    return isFresh(session) ? tokenOf(session) : this.renewed();
  }

  /** Another access token than `rejected`. However many ask, and in however many tabs, the server is asked once. */
  async renewed(rejected?: string): Promise<string> {
    const token = tokenOf(await this.renew(rejected));
    // Who joined a renewal for the sake of an older token may be given the very one that was rejected.
    return token === rejected ? tokenOf(await this.renew(rejected)) : token;
  }

  /** Somebody has logged in. */
  async adopt(answer: TokenResponse, askedAt: number): Promise<void> {
    await this.loaded;
    await this.take(sessionOf(answer, askedAt));
  }

  /** Forgets the session and says so, here and in the other tabs. Does nothing when it is gone already. */
  async end(sessionId: string, reason: SessionEndReason): Promise<void> {
    if (!this.forget(sessionId)) return;
    this.channel?.post({ type: 'ended', sessionId, reason });
    await this.try(() => this.options.storage.remove(this.options.storageKey));
    this.options.listeners.emit('sessionEnded', { sessionId, reason, inThisTab: true });
  }

  close(): void {
    this.channel?.close();
  }

  private renew(rejected: string | undefined): Promise<Session> {
    this.renewal ??= this.options
      .exclusive(async (hadToWait) => {
        if (hadToWait) await this.news();
        return this.refreshUnlessDone(rejected);
      })
      .finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  private async refreshUnlessDone(rejected: string | undefined): Promise<Session> {
    for (let attempt = 0; ; attempt++) {
      await this.readStorage();
      const before = this.session;
      if (!before) throw new SignedOutError();
      if (isFresh(before) && before.accessToken !== rejected) return before; // another tab was first

      const askedAt = Date.now();
      const answer = await this.askForTokens(before).catch((error: unknown) => error as NetworkError);
      if (answer instanceof Error) {
        await pauseBeforeRetry(answer, attempt);
        continue;
      }
      if (!answer.problem) {
        // Logged out, or in as somebody else, while the answer was on its way: then it is nobody's.
        if (this.session?.sessionId === before.sessionId)
          await this.take(sessionOf(answer.body as TokenResponse, askedAt));
        if (!this.session) throw new SignedOutError();
        return this.session;
      }
      const verdict = answer.status === 401 ? VERDICTS[answer.problem.code] : undefined;
      if (verdict === undefined) {
        await pauseBeforeRetry(answer.problem, attempt);
        continue;
      }
      if (attempt < RETRY_PAUSES_MS.length && (await this.hasLostRace(before))) continue;
      await this.end(before.sessionId, verdict);
      throw answer.problem;
    }
  }

  /** Whether another tab has newer tokens than those the server has just refused: then the verdict is about the past. */
  private async hasLostRace(refused: Session): Promise<boolean> {
    if (this.options.isShared) await this.news();
    await this.readStorage();
    return this.session !== undefined && this.session.askedAt > refused.askedAt;
  }

  private askForTokens({ refreshToken }: Session): Promise<HttpAnswer> {
    // Without a signal: callers come and go, the answer is for all of them.
    return this.options.http.send({
      method: 'POST',
      path: '/api/auth/refresh',
      token: refreshToken,
      timeoutMs: REFRESH_TIMEOUT_MS,
    });
  }

  private async take(session: Session): Promise<void> {
    this.session = session;
    this.channel?.post({ type: 'session', session });
    const { storage, storageKey, usesCookies } = this.options;
    this.isStored = await this.try(() => storage.set(storageKey, serialised(session, !usesCookies)));
    this.options.listeners.emit('tokensChanged', { sessionId: session.sessionId });
  }

  private hear(message: TabMessage): void {
    if (message.type === 'session') this.learn(message.session);
    else this.learnEnd(message.sessionId, message.reason);
    this.wake();
  }

  /** The newer tokens count: what is stored may lag behind what was said, and the other way round. */
  private learn(session: Session, isNews = true): void {
    const known = this.session;
    if (this.over.has(session.sessionId)) return;
    if (known && session.askedAt < known.askedAt) return;
    // With cookies the storage tells of the same tokens as the channel does, but without them.
    if (known && session.askedAt === known.askedAt && known.accessToken !== undefined) return;
    this.session = session;
    this.isStored = true;
    if (isNews && session.accessToken !== undefined)
      this.options.listeners.emit('tokensChanged', { sessionId: session.sessionId });
  }

  private learnEnd(sessionId: string, reason: SessionEndReason): void {
    if (this.forget(sessionId)) this.options.listeners.emit('sessionEnded', { sessionId, reason, inThisTab: false });
  }

  /** False when it is not the session any more: then its end has been told already. */
  private forget(sessionId: string): boolean {
    this.over.add(sessionId);
    if (this.session?.sessionId !== sessionId) return false;
    this.session = undefined;
    this.isStored = false;
    return true;
  }

  private async readStorage(isFirst = false): Promise<void> {
    const { storage, storageKey } = this.options;
    let text: string | null = null;
    if (!(await this.try(async () => (text = await storage.get(storageKey))))) return;
    const stored = parsedSession(text);
    if (stored) this.learn(stored, !isFirst);
    else if (this.session && this.isStored && this.options.isShared)
      this.learnEnd(this.session.sessionId, 'logged-out');
  }

  /** A short while in which other tabs may be heard. */
  private async news(): Promise<void> {
    const heard = new Promise<void>((resolve) => (this.wake = resolve));
    await Promise.race([heard, pause(NEWS_MS)]);
  }

  private async try(action: () => unknown): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.options.listeners.emit('storageFailed', { error });
      return false;
    }
  }
}

/** Waits, or throws what happened where trying again now would be no use. */
async function pauseBeforeRetry(error: Error, attempt: number): Promise<void> {
  const standard = RETRY_PAUSES_MS[attempt];
  const isPassing =
    error instanceof NetworkError || (error instanceof ProblemError && (error.status === 429 || error.status >= 500));
  const asked = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1000 : 0;
  if (standard === undefined || !isPassing || asked > LONGEST_WAIT_MS) throw error;
  await pause(Math.max(standard, asked));
}

function tokenOf({ accessToken }: Session): string {
  if (accessToken === undefined) throw new SignedOutError();
  return accessToken;
}
