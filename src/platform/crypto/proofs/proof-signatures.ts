import { LRUCache } from 'lru-cache';
import { calculateJwkThumbprint, compactVerify, importJWK, type CryptoKey } from 'jose';
import { invalid, PROOF_ALGORITHMS, type ProofJwk, type ProofParts } from './proof-form.js';

interface ImportedKey {
  readonly key: CryptoKey | Uint8Array;
  readonly thumbprint: string;
}

/** Importing a key takes twice as long as verifying with it, and a client uses one key for weeks. */
const MAX_KEYS = 5_000;

/** Verifies the signatures of proofs. Loaded at the first proof, because it loads `jose`. */
export class ProofSignatures {
  private readonly keys = new LRUCache<string, ImportedKey>({ max: MAX_KEYS });

  /**
   * RFC 9449 section 4.3, check 6: the key in the proof's own header has signed it.
   * @returns the thumbprint of that key (RFC 7638)
   * @throws DomainError `proof_invalid`
   */
  async verify(proof: string, { key: jwk, algorithm }: ProofParts): Promise<string> {
    try {
      const { key, thumbprint } = await this.import(jwk, algorithm);
      await compactVerify(proof, key, { algorithms: [...PROOF_ALGORITHMS] });
      return thumbprint;
    } catch (error) {
      throw invalid('signature or key is wrong', error);
    }
  }

  private async import(jwk: ProofJwk, algorithm: ProofParts['algorithm']): Promise<ImportedKey> {
    const name = JSON.stringify(jwk);
    const known = this.keys.get(name);
    if (known) return known;
    const [key, thumbprint] = await Promise.all([importJWK({ ...jwk }, algorithm), calculateJwkThumbprint({ ...jwk })]);
    this.keys.set(name, { key, thumbprint });
    return { key, thumbprint };
  }
}
