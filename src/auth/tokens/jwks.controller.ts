import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { JWKS_MAX_AGE_SECONDS, TokenKeys } from '../../platform/crypto/tokens/token-keys.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { JsonWebKeySet } from './tokens.dto.js';

/** Publishes the keys by which other services check access tokens themselves. */
@ApiTags('Keys')
@Public()
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: TokenKeys) {}

  /**
   * Public keys of access tokens
   * @remarks A JWK set (RFC 7517). Empty where access tokens are signed with a shared secret.
   */
  @Get('jwks.json')
  @Header('cache-control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`)
  @ApiOperation({ operationId: 'jwks' })
  @ApiProblems('bad_request')
  jwks(): JsonWebKeySet {
    return { keys: this.keys.publicJwks() };
  }
}
