import type { JsonWebKey } from 'node:crypto';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/http/public.decorator.js';
import { TokenKeys } from '../../platform/crypto/tokens/token-keys.js';

const EXAMPLE: JsonWebKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: 'kid',
  use: 'sig',
  alg: 'ES256',
};

class JsonWebKeySet {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [EXAMPLE] })
  keys: JsonWebKey[];
}

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
