import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** About 150 bytes each, so 15 MB at most. */
const MAX_ENTRIES = 100_000;

/**
 * Remembers which proofs this server accepted, so that each works once (RFC 9449 section 11.1).
 * When full, it drops the oldest: refusing new proofs instead would let one client lock out all
 * others. An attacker who fills it gains little, because a captured proof also needs its token.
 */
export class UsedProofs {
  private readonly used: LRUCache<string, true>;

  constructor(maxEntries = MAX_ENTRIES) {
    this.used = new LRUCache({ max: maxEntries });
  }

  /**
   * Marks a proof used.
   * @param seconds the longest time for which the proof stays fresh
   * @returns false if it was used before
   */
  add(thumbprint: string, jti: string, seconds: number): boolean {
    // The thumbprint is included, so that a client cannot use up the `jti` of another client. The
    // entry is a digest, because the client chooses the length of `jti`.
    const key = hash('sha256', `${thumbprint}:${jti}`, 'base64url');
    if (this.used.has(key)) return false;
    this.used.set(key, true, { ttl: Math.ceil(seconds * 1000) });
    return true;
  }
}
