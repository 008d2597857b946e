import { createHash, createPrivateKey, randomUUID, sign, type JsonWebKey } from 'node:crypto';
import { makeKeyPair } from '../../test/support/key-pair.js';

/** The origin in `htu`, the URL that a proof is for: PUBLIC_URL of our server, whatever port it listens on. */
const HTU_ORIGIN = 'http://127.0.0.1:3000';

/** Makes a DPoP proof for one request. */
export type Prove = (method: string, path: string, accessToken?: string) => string;

/** A private P-256 key, as a JWK so that it can be sent to the process that makes the load. */
export function generateProofKey(): JsonWebKey {
  return makeKeyPair().privateKey.export({ format: 'jwk' });
}

/** The thumbprint of RFC 7638. */
export function thumbprintOf({ crv, kty, x, y }: JsonWebKey): string {
  return sha256(JSON.stringify({ crv, kty, x, y }));
}

/** Returns a function that makes DPoP proofs with this key (RFC 9449 section 4.2). */
export function proveBy(proofKey: JsonWebKey): Prove {
  const key = createPrivateKey({ key: proofKey, format: 'jwk' });
  const { crv, kty, x, y } = proofKey;
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { crv, kty, x, y } });
  return (method, path, accessToken) => {
    const ath = accessToken === undefined ? {} : { ath: sha256(accessToken) };
    const iat = Math.floor(Date.now() / 1000);
    const claims = encode({ jti: randomUUID(), htm: method, htu: HTU_ORIGIN + path, iat, ...ath });
    const signature = sign('sha256', Buffer.from(`${header}.${claims}`), { key, dsaEncoding: 'ieee-p1363' });
    return `${header}.${claims}.${signature.toString('base64url')}`;
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
