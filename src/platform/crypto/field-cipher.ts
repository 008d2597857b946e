import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/**
 * Encrypts values that the database must hold but a dump must not reveal: AES-256-GCM with a new
 * nonce each time. `context` binds a value to its row, so that a value copied to another row cannot
 * be decrypted.
 */
export class FieldCipher {
  /** @param keys of at least 32 bytes, newest first: the first encrypts, all of them decrypt */
  constructor(private readonly keys: readonly Buffer[]) {}

  encrypt(plain: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0]!.subarray(0, 32), nonce);
    cipher.setAAD(Buffer.from(context));
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), ciphertext]);
  }

  /**
   * @throws Error when the value was altered, belongs to another context or was encrypted with an
   *   unknown key
   */
  decrypt(encrypted: Buffer, context: string): string {
    if (encrypted[0] !== VERSION || encrypted.length < 1 + NONCE_BYTES + TAG_BYTES)
      throw new Error('not an encrypted value');
    const nonce = encrypted.subarray(1, 1 + NONCE_BYTES);
    const tag = encrypted.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    const ciphertext = encrypted.subarray(1 + NONCE_BYTES + TAG_BYTES);
    for (const key of this.keys) {
      const decipher = createDecipheriv('aes-256-gcm', key.subarray(0, 32), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
      } catch {
        // Encrypted with another key of the ring, or altered: try the next key.
      }
    }
    throw new Error('the value cannot be decrypted with any known key');
  }
}
