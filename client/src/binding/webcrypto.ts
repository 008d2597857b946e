import type { PublicKeyJwk } from './signer.js';

/** A `CryptoKey` of WebCrypto, public or private. The client creates private keys that cannot be exported. */
export interface WebKey {
  readonly type: string;
}

/** The part of WebCrypto that is used here. */
interface Subtle {
  generateKey(
    algorithm: object,
    isExtractable: boolean,
    usages: string[],
  ): Promise<{ privateKey: WebKey; publicKey: WebKey }>;
  exportKey(format: 'jwk', key: WebKey): Promise<Partial<PublicKeyJwk>>;
  sign(algorithm: object, key: WebKey, data: Uint8Array): Promise<ArrayBuffer>;
  digest(algorithm: string, data: Uint8Array): Promise<ArrayBuffer>;
}

/** Returns undefined in React Native, and in pages without HTTPS other than those of localhost. */
export function findSubtle(): Subtle | undefined {
  return (globalThis as { crypto?: { subtle?: Subtle } }).crypto?.subtle;
}
