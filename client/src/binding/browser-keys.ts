import { addKey, findIndexedDb, readKey, type DbFactory } from './key-database.js';
import type { KeySource, ProofKey, PublicKeyJwk } from './signer.js';
import { findSubtle, type WebKey } from './webcrypto.js';

type Subtle = NonNullable<ReturnType<typeof findSubtle>>;

/** Some browsers leave requests to IndexedDB open for ever. */
const TIMEOUT_MS = 3_000;
const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A key as it is stored. */
interface StoredKey {
  readonly privateKey: WebKey;
  readonly jwk: PublicKeyJwk;
}

/**
 * The key of this browser for one server: made by WebCrypto, not extractable, kept in IndexedDB and
 * shared by all pages of the origin. Undefined where the page has no WebCrypto or IndexedDB.
 */
export function browserKeys(server: string): KeySource | undefined {
  const subtle = findSubtle();
  const factory = findIndexedDb();
  return subtle && factory && new BrowserKeys(subtle, factory, server);
}

class BrowserKeys implements KeySource {
  constructor(
    private readonly subtle: Subtle,
    private readonly factory: DbFactory,
    private readonly server: string,
  ) {}

  async find(): Promise<ProofKey | undefined> {
    const stored = await inTime(readKey(this.factory, this.server));
    return stored === undefined ? undefined : this.toProofKey(stored as StoredKey);
  }

  async findOrCreate(): Promise<ProofKey> {
    const found = await this.find();
    if (found) return found;
    const created = await this.create();
    return this.toProofKey((await inTime(addKey(this.factory, this.server, created))) as StoredKey);
  }

  private async create(): Promise<StoredKey> {
    // Not extractable: an injected script can use the key while the page is open, but not take it.
    const { privateKey, publicKey } = await this.subtle.generateKey(ES256, false, ['sign', 'verify']);
    const { kty, crv, x, y } = await this.subtle.exportKey('jwk', publicKey);
    return { privateKey, jwk: { kty: kty!, crv: crv!, x: x!, y: y! } };
  }

  private toProofKey({ privateKey, jwk }: StoredKey): ProofKey {
    return {
      id: jwk.x,
      jwk,
      algorithm: 'ES256',
      sign: async (data) => new Uint8Array(await this.subtle.sign(ES256, privateKey, data)),
    };
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('IndexedDB did not answer.')), TIMEOUT_MS);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
