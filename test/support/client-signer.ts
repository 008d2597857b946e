import { sign } from 'node:crypto';
import type { PublicKeyJwk, Signer } from '../../client/src/index.js';
import { makeKeyPair } from './key-pair.js';

/** A new device key that signs. With `isDer` its ES256 signatures are DER, as the key stores of phones make them. */
export function newSigner({
  algorithm = 'ES256',
  isDer = false,
}: { algorithm?: 'ES256' | 'EdDSA'; isDer?: boolean } = {}) {
  const isEs256 = algorithm === 'ES256';
  const { privateKey, publicKey } = makeKeyPair(isEs256 ? 'P-256' : 'ed25519');
  const signer: Signer = {
    algorithm,
    publicKey: () => publicKey.export({ format: 'jwk' }) as unknown as PublicKeyJwk,
    sign: (data) =>
      sign(isEs256 ? 'sha256' : null, data, { key: privateKey, dsaEncoding: isDer ? 'der' : 'ieee-p1363' }),
  };
  return signer;
}
