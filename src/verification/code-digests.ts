import { Injectable } from '@nestjs/common';
import { equalDigests, keyedDigest } from '../platform/crypto/digest.js';
import { KeyRing } from '../platform/crypto/key-ring.js';

/** Names the derived key. Another name would make every code that was mailed before invalid. */
const KEY = 'proof-code';

/**
 * The stored form of mailed codes. It includes the id of the row, so that a value copied to another
 * row matches no code.
 */
@Injectable()
export class CodeDigests {
  constructor(private readonly keys: KeyRing) {}

  compute(challengeId: string, code: string): Buffer {
    return keyedDigest(this.keys.current(KEY), challengeId, code);
  }

  /** Whether the code matches, also under a key that is being rotated out. */
  matches(stored: Buffer | null, challengeId: string, code: string): boolean {
    return this.keys
      .all(KEY)
      .some((key) => stored !== null && equalDigests(stored, keyedDigest(key, challengeId, code)));
  }
}
