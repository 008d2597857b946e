import { createHash } from 'node:crypto';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import type { StoredRecoveryCode } from '../two-factor.repository.js';

/**
 * The forms a recovery code is stored in. What is looked up is a keyed digest of a hash of the code. The hash lies beside it,
 * encrypted, so that the digest can be made anew with another key: the code itself is known to nobody but the member.
 */
export class RecoveryCodeDigests {
  private readonly box: FieldCipher;

  constructor(private readonly keys: KeyRing) {
    this.box = new FieldCipher(keys.all('recovery-code-hash'));
  }

  stored(memberId: string, code: string): StoredRecoveryCode {
    return this.storedHash(memberId, hashOf(memberId, code));
  }

  /** The same code under the newest secret. @throws Error when it was sealed with a secret no longer known. */
  renewed(memberId: string, sealed: Buffer): StoredRecoveryCode {
    return this.storedHash(memberId, this.box.decrypt(sealed, memberId));
  }

  /** Every digest that the code may be stored as: by each secret, and as versions before 1.0.0 did it, without the hash between. */
  all(memberId: string, code: string): Buffer[] {
    const hash = hashOf(memberId, code);
    return this.keys
      .all('recovery-code')
      .flatMap((key) => [keyedDigest(key, memberId, hash), keyedDigest(key, memberId, code)]);
  }

  private storedHash(memberId: string, hash: string): StoredRecoveryCode {
    return {
      digest: keyedDigest(this.keys.current('recovery-code'), memberId, hash),
      sealed: this.box.encrypt(hash, memberId),
    };
  }
}

function hashOf(memberId: string, code: string): string {
  return createHash('sha256').update(`${memberId}:${code}`).digest('base64url');
}
