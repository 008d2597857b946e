import { hkdfSync } from 'node:crypto';

/** Long enough that two secrets never share an id. */
const ID_BYTES = 8;

/**
 * Derives one key per purpose from the master secret (HKDF, RFC 5869), so that a leaked key is of
 * no use for another purpose. During a rotation, older master secrets still decrypt and verify.
 */
export class KeyRing {
  private readonly derived = new Map<string, Buffer[]>();

  /**
   * @param secrets the current one first: it encrypts and signs new values, all of them decrypt and
   *   verify old ones
   */
  constructor(private readonly secrets: readonly string[]) {
    if (secrets.length === 0) throw new Error('a key ring needs a secret');
  }

  /** The key for new values of this purpose: 64 bytes. */
  current(purpose: string): Buffer {
    return this.all(purpose)[0]!;
  }

  /**
   * Ids of the secrets in their order. A row stores the id of the secret that it needs; an id
   * reveals nothing about its secret.
   */
  get ids(): readonly string[] {
    return this.all('key-id').map((key) => key.toString('hex', 0, ID_BYTES));
  }

  /** All keys for values of this purpose, newest first. */
  all(purpose: string): readonly Buffer[] {
    let keys = this.derived.get(purpose);
    if (!keys) {
      keys = this.secrets.map((secret) => Buffer.from(hkdfSync('sha512', secret, 'munjigi', purpose, 64)));
      this.derived.set(purpose, keys);
    }
    return keys;
  }
}
