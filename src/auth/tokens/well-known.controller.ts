import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import { JWKS_MAX_AGE_SECONDS, TokenKeys } from '../../platform/crypto/tokens/token-keys.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Public } from '../../platform/http/public.decorator.js';
import { ServerMetadata } from './server-metadata.js';
import { JsonWebKeySet, ServerMetadataResponse } from './well-known.dto.js';

const CACHE_CONTROL = `public, max-age=${JWKS_MAX_AGE_SECONDS}`;

/** Publishes what other services need in order to check access tokens. */
@ApiTags('Keys')
@Public()
@Controller('.well-known')
export class WellKnownController {
  constructor(
    private readonly keys: TokenKeys,
    private readonly metadata: ServerMetadata,
  ) {}

  /**
   * Public keys of access tokens
   * @remarks A JWK set (RFC 7517). Empty where access tokens are signed with a shared secret.
   */
  @Get('jwks.json')
  @Header('cache-control', CACHE_CONTROL)
  @ApiOperation({ operationId: 'jwks' })
  @ApiProblems('bad_request')
  jwks(): JsonWebKeySet {
    return { keys: this.keys.publicJwks() };
  }

  /**
   * Metadata of this server
   * @remarks RFC 8414, for libraries and gateways that configure themselves. If the issuer has a path, the document is
   * also found at this path followed by that of the issuer.
   */
  @Get('oauth-authorization-server')
  @Header('cache-control', CACHE_CONTROL)
  @ApiOperation({ operationId: 'serverMetadata' })
  @ApiProblems('bad_request')
  oauthMetadata(): ServerMetadataResponse {
    return this.metadata.get();
  }

  /**
   * Metadata of this server, where many libraries look first
   * @remarks The same document. This server is not an OpenID provider.
   */
  @Get('openid-configuration')
  @Header('cache-control', CACHE_CONTROL)
  @ApiOperation({ operationId: 'openidConfiguration' })
  @ApiProblems('bad_request')
  openidConfiguration(): ServerMetadataResponse {
    return this.metadata.get();
  }

  /**
   * The place of the document of an issuer with a path (RFC 8414 section 3.1).
   * @throws DomainError `not_found`
   */
  @Get(['oauth-authorization-server/*', 'openid-configuration/*'])
  @Header('cache-control', CACHE_CONTROL)
  @ApiExcludeEndpoint()
  metadataOfPath(@Param('*') path: string): ServerMetadataResponse {
    if (`/${path}` !== this.metadata.issuerPath) throw new DomainError('not_found', { detail: 'another issuer' });
    return this.metadata.get();
  }
}
