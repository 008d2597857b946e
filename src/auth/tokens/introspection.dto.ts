import { ApiProperty } from '@nestjs/swagger';
import type { Audience } from '../../platform/crypto/tokens/token-purpose.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { KeyConfirmation, VerifyTokenRequest } from './tokens.dto.js';

export class IntrospectionRequest extends VerifyTokenRequest {
  /** Ignored: only access tokens can be active */
  @MayBeAbsent()
  @IsVisibleText({ max: 64 })
  token_type_hint?: string;
}

/** Claims are named as in the token (RFC 7662, RFC 9068). For a token that is not active, only `active` is present. */
export class IntrospectionResponse {
  active: boolean;

  @ApiProperty({ enum: ['Bearer', 'DPoP'], enumName: 'AccessTokenType' }) token_type?: 'Bearer' | 'DPoP';

  iss?: string;

  /** One API, or a list of several */
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }) aud?: Audience;

  /** The member */
  @ApiProperty({ format: 'uuid' }) sub?: string;

  /** The session */
  @ApiProperty({ format: 'uuid' }) sid?: string;

  @ApiProperty({ enum: ['member', 'admin'], enumName: 'Role' }) role?: string;

  client_id?: string;

  jti?: string;

  /** When the member last authenticated, seconds since 1970 */
  @ApiInteger() auth_time?: number;

  /** How the member authenticated (RFC 8176) */
  @ApiProperty({ type: [String], example: ['pwd', 'otp', 'mfa'] }) amr?: readonly string[];

  /** Issued at, seconds since 1970 */
  @ApiInteger() iat?: number;

  /** Expires at, seconds since 1970 */
  @ApiInteger() exp?: number;

  /** Where calls with this token need a proof by a key (RFC 9449 section 6) */
  cnf?: KeyConfirmation;
}
