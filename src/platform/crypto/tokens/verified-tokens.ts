import { hash } from 'node:crypto';
import type { VerifiedToken } from './token-purpose.js';

type AccessClaims = VerifiedToken<'access'>;

/** Entries of about 300 bytes: 10,000 are 3 MB, and as many devices as call one replica within ten minutes. */
const MAX_ENTRIES = 10_000;

/**
 * Remembers access tokens whose signature has been checked: a client sends the same one for ten minutes, and an ES256
 * signature costs as much to verify as all the rest of a request. Says nothing of time or revocation, which are judged
 * anew for every request. Keeps digests, so that a memory dump holds no token.
 */
export class VerifiedTokens {
  /** In the order of last insertion, oldest first. */
  private readonly claims = new Map<string, AccessClaims>();

  constructor(private readonly maxEntries = MAX_ENTRIES) {}

  get(token: string): AccessClaims | undefined {
    return this.claims.get(keyOf(token));
  }

  /** Only for a token whose signature and claims are right. At the limit the oldest goes; whoever uses it still is verified once more. */
  add(token: string, claims: AccessClaims): void {
    const key = keyOf(token);
    if (this.claims.size >= this.maxEntries && !this.claims.has(key)) {
      const [oldest] = this.claims.keys();
      this.claims.delete(oldest!);
    }
    this.claims.set(key, claims);
  }
}

/** SHA-256 of all of the token, signature included: no other token has the same. */
function keyOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
