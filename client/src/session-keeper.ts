import type { components } from './openapi.js';
import type { Binding } from './binding/binding.js';
import type { ProofKey } from './binding/signer.js';
import { NetworkError, ProblemError, SignedOutError, UnexpectedResponseError } from './errors.js';
import type { SessionEndReason } from './events.js';
import type { Http } from './http.js';
import { PendingLogout } from './pending-logout.js';
import { pause } from './pause.js';
import { Refresh } from './refresh.js';
import type { Exclusive } from './refresh-lock.js';
import { isFresh, isOfSameMember, type Session, type SessionOwner } from './session.js';
import type { SessionStore } from './session-store.js';

type TokenResponse = components['schemas']['TokenResponse'];

/** Pauses before the retries. Together they stay well within the grace period. */
const RETRY_PAUSES_MS = [150, 400, 1_000];
/**
 * If the server demands a longer wait than this, the refresh fails, and the next call tries again.
 */
const LONGEST_WAIT_MS = 3_000;

/** Error codes of a refresh that end the session. After any other failure the session is kept. */
const END_REASONS: Readonly<Record<string, SessionEndReason>> = {
  token_expired: 'expired',
  session_ended: 'ended',
  token_reused: 'reused',
  token_invalid: 'invalid',
  // Sent without a proof, because the key is gone.
  proof_required: 'key-lost',
};

export interface SessionKeeperOptions {
  readonly http: Http;
  readonly store: SessionStore;
  readonly storageKey: string;
  /** The refresh token is in a cookie that scripts cannot read. */
  readonly usesCookies: boolean;
  readonly exclusive: Exclusive;
  readonly binding: Binding;
  /** Timeout of a logout in milliseconds. */
  readonly timeoutMs: number;
}

/** What a call as the member is sent with. */
export interface Credentials {
  readonly token: string;
  readonly owner: SessionOwner;
  /** Whether the call needs a proof, which names the token. */
  readonly isTokenBound: boolean;
  /** Set if the call needs a proof, unless the key is gone. */
  readonly key: ProofKey | undefined;
}

/**
 * Refreshes the tokens of the session. With cookie transport it also finds a session that another
 * page of this browser has opened, such as the built-in login page: only the server knows
 * whether the cookie holds one.
 */
export class SessionKeeper {
  private readonly store: SessionStore;
  private readonly pendingLogout: PendingLogout;
  private readonly refresh: Refresh;
  private renewal: Promise<Session> | undefined;
  /** Settles when the storage has been read, and the cookie tried if the storage was empty. */
  private readonly started: Promise<void>;
  private isStarted = false;

  constructor(private readonly options: SessionKeeperOptions) {
    this.store = options.store;
    this.pendingLogout = new PendingLogout(options);
    this.refresh = new Refresh(options);
    this.started = this.start();
  }

  /**
   * Returns the session, without checking it with the server. With cookie transport, if this page has
   * known none, the cookie is tried until the server has answered once. A failure counts as none, and
   * the next call tries again.
   */
  async current(): Promise<Session | undefined> {
    const wasStarted = this.isStarted;
    await this.started;
    if (wasStarted && this.mayHaveCookie()) await this.renewShared(undefined).catch(() => undefined);
    return this.store.current;
  }

  /**
   * Returns a valid access token; refreshes it first if needed.
   *
   * @throws SignedOutError if no member is signed in; ProblemError if the refresh is refused, also when
   * it finds that the session has ended; NetworkError, UnexpectedResponseError
   */
  async credentials(): Promise<Credentials> {
    await this.started;
    const session = this.store.current;
    if (!session && !this.mayHaveCookie()) throw new SignedOutError();
    return session && isFresh(session) ? this.credentialsOf(session) : this.renew();
  }

  /**
   * Returns another access token than the rejected one. Concurrent calls, also in other tabs, share one
   * request.
   *
   * @throws SignedOutError also if the session is now that of another member, who has logged in on
   * another page: the call was not meant as theirs
   */
  async renew(rejected?: Credentials): Promise<Credentials> {
    const caller = rejected?.owner ?? this.store.shown;
    let session = await this.renewShared(rejected?.token);
    // A call may have joined a renewal that began before the rejected token was issued and that
    // returned this very token.
    if (session.accessToken === rejected?.token) session = await this.renewShared(rejected?.token);
    if (caller && !isOfSameMember(caller, session)) throw new SignedOutError();
    return this.credentialsOf(session);
  }

  /**
   * Waits until no refresh of this tab is in progress. A login waits for this, because the response of a
   * refresh that arrives after it would replace its cookie by that of the earlier session. A refresh of
   * another tab may still do so.
   */
  async settle(): Promise<void> {
    await this.started;
    await this.renewal?.catch(() => undefined);
  }

  /** Starts using the tokens of a login. @throws UnexpectedResponseError without a refresh token */
  async adopt(
    tokens: TokenResponse,
    askedAt: number,
    from: { method: string; path: string },
    keyId?: string,
  ): Promise<void> {
    await this.started;
    await this.store.set(this.refresh.toSession(tokens, askedAt, from, keyId));
  }

  /** Removes the session here and in other tabs. */
  end(sessionId: string, reason: SessionEndReason): Promise<void> {
    return this.store.end(sessionId, reason);
  }

  /**
   * Removes the session here at once, then ends it on the server.
   *
   * @throws NetworkError, ProblemError also if the cookie may hold a session and the server cannot be asked
   */
  async logOut(): Promise<void> {
    await this.started;
    if (this.mayHaveCookie()) await this.renewShared(undefined).catch(ignoreSignedOut);
    const session = this.store.current;
    if (!session) return;
    await this.pendingLogout.begin(session.sessionId);
    await this.store.end(session.sessionId, 'logged-out');
    await this.pendingLogout.finish({ token: session.refreshToken, key: await this.refresh.keyOf(session) });
  }

  private async credentialsOf(session: Session): Promise<Credentials> {
    const { accessToken, isFullyBound: isTokenBound = false } = session;
    if (accessToken === undefined) throw new SignedOutError();
    const key = isTokenBound ? await this.refresh.keyOf(session) : undefined;
    return { token: accessToken, owner: session, isTokenBound, key };
  }

  private async start(): Promise<void> {
    await this.store.loaded;
    if (this.mayHaveCookie()) await this.renewShared(undefined).catch(() => undefined);
    this.isStarted = true;
  }

  private mayHaveCookie(): boolean {
    const { current, hadSession, hasNoCookie } = this.store;
    return this.options.usesCookies && !current && !hadSession && !hasNoCookie;
  }

  private renewShared(rejected: string | undefined): Promise<Session> {
    this.renewal ??= this.options
      .exclusive(async (hadToWait) => {
        if (hadToWait) await this.store.waitForMessage();
        return this.refreshIfNeeded(rejected);
      })
      .finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  private async refreshIfNeeded(rejected: string | undefined): Promise<Session> {
    for (let attempt = 0; ; attempt++) {
      await this.store.read();
      const before = this.store.current;
      if (!before && !this.mayHaveCookie()) throw new SignedOutError();
      if (before && isFresh(before) && before.accessToken !== rejected) return before; // another tab has refreshed

      const askedAt = Date.now();
      // In an object, because the app's signer may throw something that is not an Error.
      const result = await this.refresh.send(before, askedAt).catch((error: unknown) => ({ error }));
      if (!('error' in result)) return this.use(result, before);
      const { error } = result;
      const endReason = endReasonOf(error);
      if (endReason === undefined) {
        await pauseBeforeRetry(error, attempt);
        continue;
      }
      if (!before) {
        this.store.noteNoCookie();
        throw new SignedOutError();
      }
      if (attempt < RETRY_PAUSES_MS.length && (await this.hasLostRace(before))) continue;
      await this.store.end(before.sessionId, endReason);
      throw error;
    }
  }

  /**
   * Uses the tokens of a refresh. They are dropped if the member has logged out since the request
   * was sent, or if another member has logged in.
   */
  private async use(session: Session, before: Session | undefined): Promise<Session> {
    if (!before && (await this.pendingLogout.isOf(session.sessionId))) {
      this.store.noteNoCookie();
      // The next start tries again if this fails.
      await this.pendingLogout.finish(await this.credentialsOf(session)).catch(() => undefined);
      throw new SignedOutError();
    }
    if (this.store.current?.sessionId === before?.sessionId) await this.store.renew(session);
    if (!this.store.current) throw new SignedOutError();
    return this.store.current;
  }

  /**
   * Whether another tab got newer tokens than the rejected ones. Then the session has not ended.
   */
  private async hasLostRace(rejected: Session): Promise<boolean> {
    if (this.store.isShared) await this.store.waitForMessage();
    await this.store.read();
    return this.store.current !== undefined && this.store.newestAskedAt > rejected.askedAt;
  }
}

function ignoreSignedOut(error: unknown): void {
  if (!(error instanceof SignedOutError)) throw error;
}

function endReasonOf(error: unknown): SessionEndReason | undefined {
  return error instanceof ProblemError && error.status === 401 ? END_REASONS[error.code] : undefined;
}

/** Waits before a retry, or rethrows the error if a retry would not help now. */
async function pauseBeforeRetry(error: unknown, attempt: number): Promise<void> {
  const standardPause = RETRY_PAUSES_MS[attempt];
  const isTemporary =
    error instanceof NetworkError ||
    // The server may have rotated the token, and something in between replaced the response.
    error instanceof UnexpectedResponseError ||
    (error instanceof ProblemError && (error.status === 429 || error.status >= 500 || error.code === 'proof_invalid')); // a proxy sent it twice
  const demandedPause = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1000 : 0;
  if (standardPause === undefined || !isTemporary || demandedPause > LONGEST_WAIT_MS) throw error;
  await pause(Math.max(standardPause, demandedPause));
}
