import type { Http, HttpRequest } from './http.js';
import type { SessionStore } from './session-store.js';

export interface PendingLogoutOptions {
  readonly http: Http;
  readonly store: SessionStore;
  readonly storageKey: string;
  readonly usesCookies: boolean;
  readonly timeoutMs: number;
}

/**
 * A logout that the server may not have received. With cookie transport the cookie then still
 * holds the session. Its id is remembered in the storage, so that the next start ends the session
 * instead of using it: a member who has logged out must not be signed in again by a reload.
 */
export class PendingLogout {
  private readonly key: string;

  constructor(private readonly options: PendingLogoutOptions) {
    this.key = `${options.storageKey}:logging-out`;
  }

  begin(sessionId: string): Promise<void> {
    return this.remember(sessionId);
  }

  /** Whether this session is the one to be ended. The cookie may hold a later session, which stays open. */
  async isOf(sessionId: string): Promise<boolean> {
    return (await this.options.store.readValue(this.key)) === sessionId;
  }

  /**
   * Ends the session on the server.
   *
   * @param credentials of the session; without a token if only the cookie has one
   * @throws ProblemError, NetworkError, UnexpectedResponseError
   */
  async finish(credentials: Pick<HttpRequest, 'token' | 'isTokenBound' | 'key'>): Promise<void> {
    const request = { method: 'POST', path: '/api/auth/logout', timeoutMs: this.options.timeoutMs };
    const { problem } = await this.options.http.send({ ...request, ...credentials });
    const hadEnded = problem?.status === 401 && !problem.code.startsWith('proof_');
    if (problem && !hadEnded) throw problem;
    await this.remember(null);
  }

  private async remember(sessionId: string | null): Promise<void> {
    if (this.options.usesCookies) await this.options.store.writeValue(this.key, sessionId);
  }
}
