import { createHash, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { makeKeyPair } from './key-pair.js';
import { encodePart } from './token-forge.js';

/** The request that a proof is made for. */
export interface ProofTarget {
  method?: string;
  /** A path below the origin of the proofs, or a whole URL. */
  path: string;
  /** The access token that the request is made with. */
  accessToken?: string;
  nonce?: string;
  /** Override what a correct proof would contain; `undefined` removes a member. */
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A client's key, with which it makes DPoP proofs (RFC 9449). Independent of the server's code. */
export class ProofMaker {
  readonly jwk: JsonWebKey;
  private readonly privateKey: KeyObject;

  constructor(
    readonly algorithm: 'ES256' | 'EdDSA' = 'ES256',
    private readonly origin = 'http://localhost:3000',
  ) {
    const pair = makeKeyPair(algorithm === 'ES256' ? 'P-256' : 'ed25519');
    this.privateKey = pair.privateKey;
    this.jwk = pair.publicKey.export({ format: 'jwk' });
  }

  /** RFC 7638: the required members in lexical order. */
  get thumbprint(): string {
    const { crv, kty, x, y } = this.jwk;
    return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  }

  /** The private key as a JWK, which a proof must never contain. */
  get privateJwk(): JsonWebKey {
    return this.privateKey.export({ format: 'jwk' });
  }

  proof({ method = 'POST', path, accessToken, nonce, claims, header }: ProofTarget): string {
    const head = encodePart({ typ: 'dpop+jwt', alg: this.algorithm, jwk: this.jwk, ...header });
    const payload = encodePart({
      jti: randomUUID(),
      htm: method,
      htu: path.startsWith('/') ? `${this.origin}${path}` : path,
      iat: Math.floor(Date.now() / 1000),
      nonce,
      ath: accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url'),
      ...claims,
    });
    const hash = this.algorithm === 'ES256' ? 'sha256' : null;
    const signature = sign(hash, Buffer.from(`${head}.${payload}`), {
      key: this.privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    return `${head}.${payload}.${signature.toString('base64url')}`;
  }

  /** The header for one request. */
  header(target: ProofTarget): { dpop: string } {
    return { dpop: this.proof(target) };
  }
}
