import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { invalid, type ProofJwk, type ProofParts } from './proof-form.js';

interface ImportedKey {
  readonly key: KeyObject;
  readonly thumbprint: string;
}

/** The hash that an algorithm signs (RFC 7518 section 3.4); EdDSA hashes by itself (RFC 8037). */
const HASHES: Record<ProofParts['algorithm'], string | null> = { ES256: 'sha256', EdDSA: null };

/** Verifies the signatures of proofs. Loaded at the first proof, because it loads `jose`. */
export class ProofSignatures {
  /** Importing a key takes as long as verifying with it. */
  private readonly keys = new WeakMap<ProofJwk, ImportedKey>();

  /**
   * RFC 9449 section 4.3, check 6: the key in the proof's own header has signed it. Node.js verifies
   * at once; the WebCrypto of `jose` would hand each signature to another thread, which costs three
   * times as much.
   * @returns the thumbprint of that key (RFC 7638)
   * @throws DomainError `proof_invalid`
   */
  async verify(proof: string, { key: jwk, algorithm }: ProofParts): Promise<string> {
    const { key, thumbprint } = await this.import(jwk);
    const end = proof.lastIndexOf('.');
    const signature = Buffer.from(proof.slice(end + 1), 'base64url');
    // JWS signs with R and S side by side (RFC 7518 section 3.4), not with DER.
    const isRight = verify(
      HASHES[algorithm],
      Buffer.from(proof.slice(0, end)),
      { key, dsaEncoding: 'ieee-p1363' },
      signature,
    );
    if (!isRight) throw invalid('signature is wrong');
    return thumbprint;
  }

  private async import(jwk: ProofJwk): Promise<ImportedKey> {
    const known = this.keys.get(jwk);
    if (known) return known;
    try {
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
      const imported = { key, thumbprint: await calculateJwkThumbprint({ ...jwk }) };
      this.keys.set(jwk, imported);
      return imported;
    } catch (error) {
      throw invalid('key is wrong', error);
    }
  }
}
