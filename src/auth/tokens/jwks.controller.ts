import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/http/public.decorator.js';
import { JsonWebKeySet } from './tokens.dto.js';
import { TokenKeys } from '../../platform/crypto/tokens/token-keys.js';

/** Publishes the keys by which other services check access tokens themselves. */
@ApiTags('Keys')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: TokenKeys) {}

  @Public()
  @Get('jwks.json')
  @ApiOperation({
    operationId: 'jwks',
    summary: 'Public keys of access tokens',
    description: 'A JWK set (RFC 7517). Empty where access tokens are signed with a shared secret.',
  })
  @ApiOkResponse({ type: JsonWebKeySet })
  jwks(): JsonWebKeySet {
    return { keys: this.keys.publicJwks() };
  }
}
