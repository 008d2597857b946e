import type { PublicKeyJwk } from './signer.js';

/** A key of WebCrypto; its private half cannot be read. */
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

/** Returns undefined in pages without HTTPS, except on localhost, and in React Native. */
export function findSubtle(): Subtle | undefined {
  return (globalThis as { crypto?: { subtle?: Subtle } }).crypto?.subtle;
}
