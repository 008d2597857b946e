import { toBase64url } from '../base64url.js';
import { derToRaw } from './der.js';
import type { ProofKey } from './signer.js';
import { findSubtle } from './webcrypto.js';

/** The request that a proof is made for. */
export interface ProofTarget {
  readonly method: string;
  readonly url: string | URL;
  /** The access token that the request is sent with, if it is bound to the key. */
  readonly accessToken?: string | undefined;
}

/** The part of `Headers` that is used here. */
interface ResponseHeaders {
  get(name: string): string | null;
}

/**
 * Makes proofs of possession (RFC 9449 section 4.2). Knows how far this device's clock is from the
 * server's, and the nonces that servers have demanded.
 */
export class Proofs {
  /** Added to the device's clock, in milliseconds. */
  private clockOffset = 0;
  private readonly nonces = new Map<string, string>();
  private count = 0;

  async make(key: ProofKey, { method, url, accessToken }: ProofTarget): Promise<string> {
    const { origin, pathname } = absolute(url);
    const nonce = this.nonceFor(url);
    const header = { typ: 'dpop+jwt', alg: key.algorithm, jwk: key.jwk };
    const claims = {
      jti: this.uniqueId(),
      htm: method.toUpperCase(), // as fetch() sends it
      htu: origin + pathname, // without the query (RFC 9449 section 4.2)
      iat: Math.floor((Date.now() + this.clockOffset) / 1000),
      ...(nonce !== undefined && { nonce }),
      ...(accessToken !== undefined && { ath: toBase64url(await sha256(key, toBytes(accessToken))) }),
    };
    const signed = `${toBase64url(toBytes(JSON.stringify(header)))}.${toBase64url(toBytes(JSON.stringify(claims)))}`;
    const signature = await key.sign(toBytes(signed));
    return `${signed}.${toBase64url(key.algorithm === 'ES256' ? derToRaw(signature) : signature)}`;
  }

  /** Learns the server's time. Pages of other origins see it if the server exposes `Date`. */
  noteTime(headers: ResponseHeaders): void {
    const time = Date.parse(headers.get('date') ?? '');
    if (Number.isFinite(time)) this.clockOffset = time - Date.now();
  }

  /** The nonce that the next proof for this origin carries; undefined before the service has sent one. */
  nonceFor(url: string | URL): string | undefined {
    return this.nonces.get(absolute(url).origin);
  }

  /** Remembers the nonce of a response for its origin. @returns the nonce, or undefined if it has none */
  noteNonce(url: string | URL, headers: ResponseHeaders): string | undefined {
    const nonce = headers.get('dpop-nonce') ?? undefined;
    if (nonce !== undefined) this.nonces.set(absolute(url).origin, nonce);
    return nonce;
  }

  /** Unique is enough: a `jti` need not be secret. React Native has no `crypto`. */
  private uniqueId(): string {
    const { crypto } = globalThis as { crypto?: { randomUUID?: () => string } };
    this.count += 1;
    return crypto?.randomUUID?.() ?? `${Date.now()}-${this.count}-${Math.random().toString(36).slice(2)}`;
  }
}

/** The Authorization header for an access token (RFC 6750 section 2.1, RFC 9449 section 7.1). */
export const authorization = (token: string, isTokenBound: boolean): string =>
  `${isTokenBound ? 'DPoP' : 'Bearer'} ${token}`;

/** Resolves an address against that of the page. @throws TypeError for a relative address without a page */
export function absolute(url: string | URL): URL {
  return new URL(url, (globalThis as { location?: { href?: string } }).location?.href);
}

async function sha256(key: ProofKey, data: Uint8Array): Promise<Uint8Array> {
  if (key.sha256) return key.sha256(data);
  const subtle = findSubtle();
  if (!subtle) throw new TypeError("binding: 'full' needs WebCrypto, or a signer with sha256().");
  return new Uint8Array(await subtle.digest('SHA-256', data));
}

const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
