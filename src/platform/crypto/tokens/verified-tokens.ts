import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { VerifiedToken } from './token-purpose.js';

type AccessClaims = VerifiedToken<'access'>;

/**
 * An entry takes about 800 bytes, so 10,000 take 8 MB. That is enough for the devices that call one
 * replica within ten minutes, the lifetime of a token.
 */
const MAX_ENTRIES = 10_000;

/**
 * Caches access tokens whose signature was verified. A client sends the same token for ten minutes,
 * and verifying an ES256 signature costs as much as the rest of a request. Expiry and revocation
 * are not cached: each request checks them. Keys are digests, so a memory dump holds no usable
 * token.
 */
export class VerifiedTokens {
  private readonly claims: LRUCache<string, AccessClaims>;

  constructor(maxEntries = MAX_ENTRIES) {
    this.claims = new LRUCache({ max: maxEntries });
  }

  get(token: string): AccessClaims | undefined {
    return this.claims.get(keyOf(token));
  }

  /**
   * Only for a token whose signature and claims are right. When full, drops the token that was used
   * longest ago.
   */
  add(token: string, claims: AccessClaims): void {
    this.claims.set(keyOf(token), claims);
  }
}

/**
 * SHA-256 of the whole token, signature included: a token with a forged signature has another key.
 */
function keyOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
