import type { JsonWebKey } from 'node:crypto';
import { ApiProperty } from '@nestjs/swagger';

const EXAMPLE_KEY: JsonWebKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: 'kid',
  use: 'sig',
  alg: 'ES256',
};

export class JsonWebKeySet {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [EXAMPLE_KEY] })
  keys: JsonWebKey[];
}

/** Names as RFC 8414, RFC 9449 and OpenID Connect Discovery define them. */
export class ServerMetadataResponse {
  /** The `iss` of every token */
  @ApiProperty({ example: 'https://accounts.example.com' }) issuer: string;

  /** Absent where access tokens are signed with a shared secret */
  @ApiProperty({ format: 'uri', example: 'https://accounts.example.com/.well-known/jwks.json' }) jwks_uri?: string;

  /** Algorithms of access tokens; absent if jwks_uri is absent */
  @ApiProperty({ type: [String], example: ['ES256'] }) id_token_signing_alg_values_supported?: string[];

  @ApiProperty({ format: 'uri', example: 'https://accounts.example.com/api/auth/introspect' })
  introspection_endpoint: string;

  @ApiProperty({ type: [String], example: ['client_secret_basic', 'Bearer'] })
  introspection_endpoint_auth_methods_supported: string[];

  @ApiProperty({ type: [String], example: ['ES256', 'EdDSA'] }) dpop_signing_alg_values_supported: string[];

  /** Empty: there is no authorization endpoint */
  @ApiProperty({ type: [String], example: [] }) response_types_supported: string[];

  /** Empty: tokens come from this API */
  @ApiProperty({ type: [String], example: [] }) grant_types_supported: string[];
}
