import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isLoopbackHost } from '../../addresses/ip-address.js';
import { AppConfig } from '../../config/app-config.js';
import { Clock } from '../../database/clock.js';
import { DomainError } from '../../http/problems/domain-error.js';
import { invalid, readProof, type ProofParts } from './proof-form.js';
import { NONCE_WINDOW_SECONDS, ProofNonces } from './proof-nonces.js';
import type { ProofSignatures } from './proof-signatures.js';
import { UsedProofs } from './used-proofs.js';

/** How far the time of a proof may be from this server's, in either direction. */
const MAX_SKEW_SECONDS = 60;
/** The longest time for which an accepted proof stays fresh, unless its `iat` is still to come. */
const FRESH_SECONDS = 2 * Math.max(MAX_SKEW_SECONDS, 1.5 * NONCE_WINDOW_SECONDS);
/** Longer than a session may last in production. */
const MAX_REMEMBERED_SECONDS = 31 * 86_400;

/** A request that carries a proof, as HTTP frameworks hold it. */
export interface ProvenRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
}

/**
 * Verifies DPoP proofs (RFC 9449): the client holds the private key of the proof, and made the proof
 * for this request.
 */
@Injectable()
export class ProofVerifier {
  private readonly publicUrl: URL;
  private signatures?: Promise<ProofSignatures>;
  private used?: UsedProofs;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly nonces: ProofNonces,
  ) {
    this.publicUrl = new URL(config.publicUrl);
  }

  /**
   * Verifies the proof in the header `DPoP`, by all checks of RFC 9449 section 4.3. Each proof works
   * once.
   * @param accessToken the token that the request is made with, which the proof must name in `ath`
   * @returns the thumbprint of the proof's key (RFC 7638)
   * @throws DomainError `proof_required`, `proof_invalid`, `proof_stale`
   */
  async verify({ headers, method, url }: ProvenRequest, accessToken?: string): Promise<string> {
    const proof = headers.dpop;
    if (proof === undefined) throw new DomainError('proof_required', { detail: 'no DPoP header' });
    if (typeof proof !== 'string') throw invalid('several DPoP headers');
    const parts = readProof(proof);
    // The cheap checks come first. They compare nothing secret, so their order reveals nothing to an attacker.
    if (parts.htm !== method) throw invalid('made for another method');
    if (!this.isMadeFor(parts.htu, url)) throw invalid('made for another URL');
    if (accessToken !== undefined && parts.ath !== hash('sha256', accessToken, 'base64url'))
      throw invalid('made for another access token');
    this.checkFresh(parts);
    const thumbprint = await (await this.loadSignatures()).verify(proof, parts);
    // Last, so that only the holder of the key can use up a `jti`.
    this.used ??= new UsedProofs();
    // If the client's clock is fast, a proof with a nonce becomes fresh again at its `iat`. Remember it until after that.
    const seconds = Math.max(FRESH_SECONDS, parts.iat - this.clock.now() + MAX_SKEW_SECONDS);
    if (!this.used.add(thumbprint, parts.jti, Math.min(seconds, MAX_REMEMBERED_SECONDS))) throw invalid('used before');
    return thumbprint;
  }

  /**
   * Compares the URL of the proof with PUBLIC_URL. Behind a proxy the request itself does not show
   * the URL that the client used, and a client could choose the Host header. Query and fragment are
   * ignored.
   */
  private isMadeFor(htu: string, requestUrl: string): boolean {
    const base = this.publicUrl;
    const prefix = base.pathname.replace(/\/$/, '');
    // Equal texts need no parsing, which takes longer than all other checks but the signature.
    if (requestUrl.startsWith('/') && htu === `${base.origin}${prefix}${requestUrl}`) return true;
    // A request target may be a whole URL (RFC 9112 section 3.2.2); only its path counts.
    if (!URL.canParse(htu) || !URL.canParse(requestUrl, base.origin)) return false;
    const stated = new URL(htu);
    const { pathname } = new URL(requestUrl, base.origin);
    if (stated.pathname !== `${prefix}${pathname}`) return false;
    // In development the port often differs from PUBLIC_URL: a proxy of a bundler, a test server.
    return stated.origin === base.origin || (!this.config.isProduction && isLoopbackHost(stated.hostname));
  }

  /** @throws DomainError `proof_stale`, with a nonce that makes the next proof fresh */
  private checkFresh({ iat, nonce }: ProofParts): void {
    if (Math.abs(iat - this.clock.now()) <= MAX_SKEW_SECONDS) return;
    if (nonce !== undefined && this.nonces.isAccepted(nonce)) return;
    throw new DomainError('proof_stale', {
      detail: `iat is ${Math.round(iat - this.clock.now())} s off`,
      headers: { 'dpop-nonce': this.nonces.current() },
    });
  }

  /** Loads `jose` at the first proof, so a server whose clients send no proof does not load it. */
  private async loadSignatures(): Promise<ProofSignatures> {
    this.signatures ??= import('./proof-signatures.js').then((module) => new module.ProofSignatures());
    return this.signatures;
  }
}
