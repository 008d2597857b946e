import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { Refusal } from './refusal.js';
import { headerOf, pathOf, type VerifiableRequest } from './request.js';

/** How far the time of a proof may be from ours, in seconds. */
const PROOF_SECONDS = 60;
/**
 * For how long a used proof is remembered, in seconds: as long as it is fresh, and a minute more,
 * because our clock may be set back when it follows that of the server.
 */
const REMEMBERED_SECONDS = 2 * PROOF_SECONDS + 60;
const MAX_JTI_LENGTH = 256;

/** The token that a proof belongs to. */
export interface BoundToken {
  readonly text: string;
  /** Thumbprint of the key (RFC 7638). */
  readonly thumbprint: string;
}

/** Checks proofs of possession (RFC 9449 section 4.3) (RS-33). */
export class Proofs {
  private readonly used = new Map<string, number>();

  /** @param apiUrl address of the API as clients see it, without a slash at its end */
  constructor(private readonly apiUrl: string) {}

  /**
   * Checks the proof of a request, and remembers it.
   * @param now in seconds since 1970
   * @throws Refusal `invalid_dpop_proof`
   */
  async check(request: VerifiableRequest, { text, thumbprint }: BoundToken, now: number): Promise<void> {
    const { payload, protectedHeader } = await this.verifySignature(headerOf(request, 'dpop'), now);
    const { htm, htu, ath, jti, iat } = payload;
    const isRight =
      (await calculateJwkThumbprint(protectedHeader.jwk!)) === thumbprint &&
      htm === request.method &&
      this.isAddressOf(htu, request) &&
      ath === createHash('sha256').update(text).digest('base64url') &&
      Math.abs(iat! - now) <= PROOF_SECONDS &&
      typeof jti === 'string' &&
      jti.length <= MAX_JTI_LENGTH;
    if (!isRight) throw Refusal.invalidProof();
    this.use(`${thumbprint} ${jti}`, now);
  }

  private async verifySignature(proof: string | undefined, now: number) {
    try {
      return await jwtVerify(proof ?? '', EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: ['ES256', 'EdDSA'], // asymmetric and fixed here: a proof must not choose its algorithm
        requiredClaims: ['jti', 'iat'],
        currentDate: new Date(now * 1000),
      });
    } catch (cause) {
      throw Refusal.invalidProof(cause);
    }
  }

  /** Compares addresses in their normal form, without query and fragment. */
  private isAddressOf(htu: unknown, request: VerifiableRequest): boolean {
    const own = this.apiUrl + pathOf(request);
    if (typeof htu !== 'string' || !URL.canParse(htu) || !URL.canParse(own)) return false;
    const [named, expected] = [new URL(htu), new URL(own)];
    return named.origin === expected.origin && named.pathname === expected.pathname;
  }

  /** Records a proof as used. No `await` between look-up and write: of two requests with one proof, the second must fail. */
  private use(key: string, now: number): void {
    for (const [old, until] of this.used) {
      if (until > now) break; // the oldest come first
      this.used.delete(old);
    }
    if (this.used.has(key)) throw Refusal.invalidProof();
    this.used.set(key, now + REMEMBERED_SECONDS);
  }
}
