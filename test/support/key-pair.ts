import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const SPKI = { type: 'spki', format: 'pem' } as const;
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

/**
 * Makes a key pair that can be exported as JWK.
 *
 * Made by way of PEM, because Node.js 20 blocks for ever if it collects garbage during the export of a
 * key object that `generateKeyPairSync` returned: both the export and the collected job lock that key.
 */
export function makeKeyPair(kind: 'P-256' | 'P-384' | 'secp256k1' | 'ed25519' | 'rsa' = 'P-256'): KeyPair {
  const { privateKey, publicKey } = generate(kind);
  return { privateKey: createPrivateKey(privateKey), publicKey: createPublicKey(publicKey) };
}

function generate(kind: string): { privateKey: string; publicKey: string } {
  if (kind === 'ed25519') return generateKeyPairSync(kind, { publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 });
  if (kind === 'rsa')
    return generateKeyPairSync(kind, { modulusLength: 2048, publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 });
  return generateKeyPairSync('ec', { namedCurve: kind, publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 });
}
