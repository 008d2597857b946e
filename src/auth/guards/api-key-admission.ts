import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { clientAddressOf } from '../../platform/http/client-address.js';
import type { ApiKeyPrincipal, ApiKeyScope } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ApiKeyVerificationService } from '../../security/api-keys/api-key-verification.service.js';
import { fromBearerHeader } from '../strategies/token-sources.js';

/** Admits API keys to the routes that name a scope. */
@Injectable()
export class ApiKeyAdmission {
  constructor(private readonly apiKeys: ApiKeyVerificationService) {}

  /**
   * @param scope that the route names; undefined for routes that are for people only and refuse every key (AK-01, AK-03)
   * @throws DomainError `api_key_invalid`, `address_not_allowed`, `too_many_requests`,
   * `person_required`, `insufficient_scope`
   */
  async admit(request: FastifyRequest, token: string, scope: ApiKeyScope | undefined): Promise<ApiKeyPrincipal> {
    // An API key is not bound to a proof, so only the scheme Bearer is accepted for it.
    if (fromBearerHeader(request) !== token) throw new DomainError('api_key_invalid', { detail: 'scheme DPoP' });
    return this.admitKey(request, token, scope);
  }

  /** As {@link admit}, but accepts the key from any header field or scheme that the route reads. */
  async admitKey(request: FastifyRequest, token: string, scope: ApiKeyScope | undefined): Promise<ApiKeyPrincipal> {
    // A forwarded address is used only where a configured proxy added it (BF-02).
    const principal = await this.apiKeys.verify(token, clientAddressOf(request));
    if (scope === undefined) throw new DomainError('person_required', { detail: 'the route names no scope' });
    if (!principal.scopes.includes(scope)) throw new DomainError('insufficient_scope', { detail: `needs ${scope}` });
    return principal;
  }
}
