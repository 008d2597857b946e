import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/**
 * Encrypts what the database must hold but a dump must not reveal: AES-256-GCM, a fresh nonce each time,
 * bound to its row by `context` so that a sealed value moved to another row does not open.
 */
export class FieldCipher {
  /** Keys of at least 32 bytes, newest first; the first seals, all of them open. */
  constructor(private readonly keys: readonly Buffer[]) {}

  encrypt(plain: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0]!.subarray(0, 32), nonce);
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when the value was altered, belongs to another context or was sealed with a key no longer known. */
  decrypt(box: Buffer, context: string): string {
    if (box[0] !== VERSION || box.length < 1 + NONCE_BYTES + TAG_BYTES) throw new Error('not a sealed value');
    const nonce = box.subarray(1, 1 + NONCE_BYTES);
    const tag = box.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    const sealed = box.subarray(1 + NONCE_BYTES + TAG_BYTES);
    for (const key of this.keys) {
      const decipher = createDecipheriv('aes-256-gcm', key.subarray(0, 32), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
      } catch {
        // Sealed with another key of the ring, or altered; the next key tells.
      }
    }
    throw new Error('the sealed value does not open with any known key');
  }
}
