import { createHash } from 'node:crypto';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';

/** A recovery code as it is stored; see `recovery-code.entity.ts` for each column. */
export interface StoredRecoveryCode {
  readonly digest: Buffer;
  readonly encryptedHash: Buffer;
}

/**
 * Makes the stored form of recovery codes: a keyed digest of a hash of the code, for looking it up,
 * and the hash itself, encrypted. When SECRET changes, the new digest is made from the hash,
 * because the server does not keep the code.
 */
export class RecoveryCodeDigests {
  private readonly cipher: FieldCipher;

  constructor(private readonly keys: KeyRing) {
    this.cipher = new FieldCipher(keys.all('recovery-code-hash'));
  }

  /**
   * The stored form of a new code.
   * @param code as `normaliseRecoveryCode` returns it
   */
  create(memberId: string, code: string): StoredRecoveryCode {
    return this.encryptHash(memberId, hashCode(memberId, code));
  }

  /**
   * The stored form of a code that is known by its hash alone, as an export carries it.
   * @param memberId of the member that the code was made for
   */
  fromHash(memberId: string, hash: string): StoredRecoveryCode {
    return this.encryptHash(memberId, hash);
  }

  /**
   * The hash of a stored code, for an export.
   * @throws Error if the hash was altered, belongs to another member, or no configured secret decrypts it
   */
  decryptHash(memberId: string, encryptedHash: Buffer): string {
    return this.cipher.decrypt(encryptedHash, memberId);
  }

  /**
   * The same code under the current SECRET.
   * @throws Error as {@link decryptHash} does
   */
  reencrypt(memberId: string, encryptedHash: Buffer): StoredRecoveryCode {
    return this.encryptHash(memberId, this.decryptHash(memberId, encryptedHash));
  }

  /**
   * Every digest under which the code may be stored: for each secret, that of the hash, and that of
   * the code itself, which versions before 1.0.0 stored.
   * @param code as `normaliseRecoveryCode` returns it
   */
  candidates(memberId: string, code: string): Buffer[] {
    const hash = hashCode(memberId, code);
    return this.keys
      .all('recovery-code')
      .flatMap((key) => [keyedDigest(key, memberId, hash), keyedDigest(key, memberId, code)]);
  }

  private encryptHash(memberId: string, hash: string): StoredRecoveryCode {
    return {
      digest: keyedDigest(this.keys.current('recovery-code'), memberId, hash),
      encryptedHash: this.cipher.encrypt(hash, memberId),
    };
  }
}

function hashCode(memberId: string, code: string): string {
  return createHash('sha256').update(`${memberId}:${code}`).digest('base64url');
}
