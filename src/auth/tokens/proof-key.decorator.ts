import { Injectable, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProofVerifier } from '../../platform/crypto/proofs/proof-verifier.js';
import { IncomingRequest } from './incoming-request.decorator.js';

/** Verifies the proof of a request that carries one. */
@Injectable()
export class ProofKeyPipe implements PipeTransform<FastifyRequest, string | null | Promise<string>> {
  constructor(private readonly proofs: ProofVerifier) {}

  /** Returns without a promise where there is no proof, as in most requests. */
  transform(request: FastifyRequest): string | null | Promise<string> {
    if (request.headers.dpop === undefined) return null;
    // A guard may have verified the proof already, together with the access token.
    return request.provenKey ?? this.proofs.verify(request);
  }
}

/**
 * The thumbprint of the key that the header `DPoP` proves; null without that header. An invalid
 * proof is refused before the method runs.
 */
export const ProofKey = (): ParameterDecorator => IncomingRequest(ProofKeyPipe);
