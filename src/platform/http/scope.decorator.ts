import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { ErrorCode } from './problems/error-catalogue.js';
import type { ApiKeyScope } from './principal.js';

export const SCOPE = 'munjigi:scope';

/** What every route that names a scope can answer to an API key. */
export const API_KEY_PROBLEMS = [
  'api_key_invalid',
  'insufficient_scope',
  'address_not_allowed',
  'too_many_requests',
] as const satisfies ErrorCode[];

/** The extension of an OpenAPI operation that names the scope which opens it. */
export const SCOPE_EXTENSION = 'x-api-key-scope';

/**
 * Opens a route to API keys with this scope. Every other guarded route refuses API keys: deny by
 * default (AK-01). Members still need what `@Roles()` and the guards of the route ask for.
 */
export function Scope(scope: ApiKeyScope): MethodDecorator {
  return applyDecorators(SetMetadata(SCOPE, scope), ApiBearerAuth('apiKey'), ApiExtension(SCOPE_EXTENSION, scope));
}
