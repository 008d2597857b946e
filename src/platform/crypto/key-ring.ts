import { hkdfSync } from 'node:crypto';

/** Enough that two secrets of one service never share a name. */
const ID_BYTES = 8;

/**
 * Derives one key per purpose from the master secret (HKDF, RFC 5869), so that a key seen by one
 * part of the system is worth nothing to another. Older master secrets stay readable during a rotation.
 */
export class KeyRing {
  private readonly derived = new Map<string, Buffer[]>();

  /** The first secret makes new values; all of them read old ones. */
  constructor(private readonly secrets: readonly string[]) {
    if (secrets.length === 0) throw new Error('a key ring needs a secret');
  }

  /** The key that new values of this purpose are made with: 64 bytes. */
  current(purpose: string): Buffer {
    return this.all(purpose)[0]!;
  }

  /** Names of the secrets, in their order, for a row to say which one it needs. They tell nothing of the secrets themselves. */
  get ids(): readonly string[] {
    return this.all('key-id').map((key) => key.toString('hex', 0, ID_BYTES));
  }

  /** Every key that values of this purpose may have been made with, newest first. */
  all(purpose: string): readonly Buffer[] {
    let keys = this.derived.get(purpose);
    if (!keys) {
      keys = this.secrets.map((secret) => Buffer.from(hkdfSync('sha512', secret, 'munjigi', purpose, 64)));
      this.derived.set(purpose, keys);
    }
    return keys;
  }
}
