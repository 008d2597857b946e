import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProofVerifier } from '../../platform/crypto/proofs/proof-verifier.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { fromAccessHeader, isDpopScheme } from '../strategies/token-sources.js';

/**
 * Holds the rules of RFC 9449 section 7 for access tokens: a token that is bound to a key needs the
 * scheme DPoP and a proof, and a plain token must not pretend to be bound.
 */
@Injectable()
export class AccessProof {
  constructor(private readonly proofs: ProofVerifier) {}

  /**
   * Returns nothing for a plain token with the scheme Bearer, so that most requests do not wait.
   * @throws DomainError `token_invalid`, `proof_required`, `proof_invalid`, `proof_stale`
   */
  check(request: FastifyRequest, { keyThumbprint }: MemberPrincipal): Promise<void> | undefined {
    const hasDpopScheme = isDpopScheme(request);
    if (keyThumbprint !== undefined) return this.checkBound(request, hasDpopScheme, keyThumbprint);
    if (hasDpopScheme) throw new DomainError('token_invalid', { detail: 'scheme DPoP with a plain token' });
    return undefined;
  }

  private async checkBound(request: FastifyRequest, hasDpopScheme: boolean, keyThumbprint: string): Promise<void> {
    // Downgrade: a stolen bound token must not work as a plain one (section 7.2).
    if (!hasDpopScheme) throw new DomainError('proof_required', { detail: 'bound token with another scheme' });
    const provenKey = await this.proofs.verify(request, fromAccessHeader(request)!);
    if (provenKey !== keyThumbprint) throw new DomainError('proof_invalid', { detail: 'another key' });
    request.provenKey = provenKey;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The thumbprint of the key whose proof was verified. Kept, because a proof cannot be verified twice. */
    provenKey?: string;
  }
}
