import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';

const KEY = 'audited-person';

/**
 * Computes digests that stand in the audit log for the addresses of people who are no members. The reason
 * that an administrator gives may be about such a person, so an erasure must find the row, and the row must
 * not hold the address. Keyed, because addresses can be guessed. A row that was written under a SECRET
 * which is no longer configured is not found, and ends with its retention.
 */
@Injectable()
export class PersonDigests {
  constructor(private readonly keys: KeyRing) {}

  /** @param emailKey the canonical address */
  compute(emailKey: string): string {
    return keyedDigest(this.keys.current(KEY), emailKey).toString('hex');
  }

  /** The digests of these addresses under every configured secret. */
  computeAll(emailKeys: readonly string[]): string[] {
    return emailKeys.flatMap((emailKey) => this.keys.all(KEY).map((key) => keyedDigest(key, emailKey).toString('hex')));
  }
}
