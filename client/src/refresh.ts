import type { components } from './openapi.js';
import type { Binding } from './binding/binding.js';
import type { ProofKey } from './binding/signer.js';
import { UnexpectedResponseError } from './errors.js';
import type { Http } from './http.js';
import { toSession, type Session } from './session.js';

type TokenResponse = components['schemas']['TokenResponse'];

/**
 * Timeout of a refresh. Shorter than the server's grace period (10 s by default), because a retry
 * after that period is a late replay. A session without a key is allowed only a few late replays.
 */
const TIMEOUT_MS = 6_000;

export interface RefreshOptions {
  readonly http: Http;
  readonly binding: Binding;
  /** The refresh token is in a cookie that scripts cannot read. */
  readonly usesCookies: boolean;
}

/** Requests new tokens, with a proof if the session is bound to a key. */
export class Refresh {
  constructor(private readonly options: RefreshOptions) {}

  /**
   * @param before undefined if only the cookie may hold a session
   * @throws ProblemError, NetworkError, UnexpectedResponseError
   * @throws Error if the key store cannot be read
   */
  async send(before: Session | undefined, askedAt: number): Promise<Session> {
    // Without an abort signal, because all waiting calls share this request.
    const request = { method: 'POST', path: '/api/auth/refresh', token: before?.refreshToken, timeoutMs: TIMEOUT_MS };
    const { http } = this.options;
    let key = await this.keyOf(before);
    let response = await http.send({ ...request, key });
    if (!key && response.problem?.code === 'proof_required') {
      // Another page of this origin, such as the built-in login page, may have bound the session in
      // the cookie.
      key = await this.options.binding.findKey();
      const again = key && (await http.send({ ...request, key }));
      // `proof_invalid` means that the session is bound to another key, which is gone.
      if (again && again.problem?.code !== 'proof_invalid') response = again;
    }
    if (response.problem) throw response.problem;
    return this.toSession(response.body as TokenResponse, askedAt, request, key?.id);
  }

  /**
   * Turns the tokens of a login or a refresh into a session.
   *
   * @throws UnexpectedResponseError without a refresh token
   */
  toSession(
    tokens: TokenResponse,
    askedAt: number,
    { method, path }: { method: string; path: string },
    keyId: string | undefined,
  ): Session {
    if (!this.options.usesCookies && tokens.refreshToken === undefined)
      throw new UnexpectedResponseError(method, path, 200);
    return toSession(tokens, askedAt, keyId);
  }

  /** Returns undefined for a session without a key, or if the key is gone. */
  async keyOf(session: Session | undefined): Promise<ProofKey | undefined> {
    return session?.keyId === undefined ? undefined : this.options.binding.findKey(session.keyId);
  }
}
