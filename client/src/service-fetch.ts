import { authorization, type Proofs } from './binding/proofs.js';
import { orAborted } from './pause.js';
import type { Credentials, SessionKeeper } from './session-keeper.js';

export interface ServiceFetchOptions {
  readonly keeper: SessionKeeper;
  readonly proofs: Proofs;
  readonly fetch: typeof fetch;
}

/** Calls the product's own services with the access token, and with proofs if it is bound to a key. */
export class ServiceFetch {
  constructor(private readonly options: ServiceFetchOptions) {}

  /**
   * Sends a call. After a 401, repeats it once with a new token. With each token, repeats it once if
   * the service demands a nonce.
   * @throws SignedOutError, ProblemError or NetworkError if the token cannot be refreshed
   */
  async send(url: string | URL, init: RequestInit): Promise<Response> {
    const { keeper } = this.options;
    const signal = init.signal ?? undefined;
    const credentials = await orAborted(keeper.credentials(), signal);
    const response = await this.sendWith(credentials, url, init);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    return this.sendWith(await orAborted(keeper.renew(credentials), signal), url, init);
  }

  /** Repeats a call if the service wants its nonce in the proof (RFC 9449 section 9). */
  private async sendWith(credentials: Credentials, url: string | URL, init: RequestInit): Promise<Response> {
    const { proofs } = this.options;
    const sentNonce = proofs.nonceFor(url);
    const response = await this.sendOnce(url, init, credentials);
    if (response.status !== 401 || !credentials.key) return response;
    const nonce = proofs.noteNonce(url, response.headers);
    if (nonce === undefined || nonce === sentNonce) return response; // refused for another reason
    await response.body?.cancel();
    return this.sendOnce(url, init, credentials);
  }

  private async sendOnce(url: string | URL, init: RequestInit, credentials: Credentials): Promise<Response> {
    const { token, isTokenBound, key } = credentials;
    const headers = new Headers(init.headers);
    headers.set('authorization', authorization(token, isTokenBound));
    // The proof names the method in capitals; fetch() itself sends `patch` as it is.
    const method = (init.method ?? 'GET').toUpperCase();
    if (key) headers.set('dpop', await this.options.proofs.make(key, { method, url, accessToken: token }));
    const response = await this.options.fetch(url, { ...init, ...(key && { method }), headers });
    if (key && response.status !== 401) this.options.proofs.noteNonce(url, response.headers); // for the next call
    return response;
  }
}
