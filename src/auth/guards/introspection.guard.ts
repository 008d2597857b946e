import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ApiKeyScope } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { isApiKeyText } from '../../security/api-keys/api-key-text.js';
import { fromBasicPassword, fromBearerHeader } from '../strategies/token-sources.js';
import { ApiKeyAdmission } from './api-key-admission.js';

/** The scope of the stream of revocations: both show whether a token is still valid, so one scope opens both. */
export const INTROSPECTION_SCOPE: ApiKeyScope = 'revocations:read';

/**
 * Admits API keys to introspection, also as the password of HTTP Basic: many gateways can send no
 * other credentials (ADR 0034). The user name is not looked at.
 */
@Injectable()
export class IntrospectionGuard implements CanActivate {
  constructor(private readonly apiKeys: ApiKeyAdmission) {}

  /** @throws DomainError `token_invalid` where the request has no API key; otherwise as {@link ApiKeyAdmission} */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = fromBearerHeader(request) ?? fromBasicPassword(request);
    if (key === null || !isApiKeyText(key)) throw new DomainError('token_invalid', { detail: 'no API key' });
    await this.apiKeys.admitKey(request, key, INTROSPECTION_SCOPE);
    return true;
  }
}
