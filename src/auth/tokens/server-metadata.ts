import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { PROOF_ALGORITHMS } from '../../platform/crypto/proofs/proof-form.js';
import { TokenKeys } from '../../platform/crypto/tokens/token-keys.js';
import type { ServerMetadataResponse } from './well-known.dto.js';

/** Describes this server to libraries that check its access tokens (RFC 8414, ADR 0034). */
@Injectable()
export class ServerMetadata {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: TokenKeys,
  ) {}

  get(): ServerMetadataResponse {
    const { issuer, publicUrl } = this.config;
    const { algorithm } = this.keys.for('access');
    return {
      issuer,
      // A shared secret has no public key: then only introspection is left.
      ...(algorithm === 'ES256' && {
        jwks_uri: `${publicUrl}/.well-known/jwks.json`,
        // Libraries read here which algorithms tokens may have; some assume RS256 without it.
        id_token_signing_alg_values_supported: [algorithm],
      }),
      introspection_endpoint: `${publicUrl}/api/auth/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'Bearer'],
      dpop_signing_alg_values_supported: [...PROOF_ALGORITHMS],
      // Required by RFC 8414. Empty, as there is no authorization endpoint and no OpenID provider.
      response_types_supported: [],
      grant_types_supported: [],
    };
  }

  /** The path of the issuer without a trailing slash; empty where there is none. */
  get issuerPath(): string {
    const { issuer } = this.config;
    return URL.canParse(issuer) ? new URL(issuer).pathname.replace(/\/$/, '') : '';
  }
}
