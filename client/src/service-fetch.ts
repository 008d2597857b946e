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

  /** Repeats a call once after a 401 with a new token, and once more if the service demands a nonce. */
  async send(url: string | URL, init: RequestInit): Promise<Response> {
    const { keeper, proofs } = this.options;
    const signal = init.signal ?? undefined;
    let credentials = await orAborted(keeper.credentials(), signal);
    let response = await this.sendOnce(url, init, credentials);
    // RFC 9449 section 9: the service wants its nonce in the proof.
    if (response.status === 401 && credentials.key && proofs.noteNonce(url, response.headers)) {
      await response.body?.cancel();
      response = await this.sendOnce(url, init, credentials);
    }
    if (response.status !== 401) return response;
    await response.body?.cancel();
    credentials = await orAborted(keeper.renew(credentials), signal);
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
