import { Module } from '@nestjs/common';
import { ProofNonces } from './proof-nonces.js';
import { ProofVerifier } from './proof-verifier.js';

/** Verification of DPoP proofs (RFC 9449). */
@Module({ providers: [ProofNonces, ProofVerifier], exports: [ProofVerifier] })
export class ProofsModule {}
