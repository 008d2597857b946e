import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { Audience } from '../../platform/crypto/tokens/token-purpose.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { ATTRIBUTES } from '../../users/member-fields.js';
import { KeyConfirmation, VerifyTokenRequest } from './tokens.dto.js';

export class IntrospectionRequest extends VerifyTokenRequest {
  /** Ignored: only access tokens can be active */
  @MayBeAbsent()
  @IsVisibleText({ max: 64 })
  token_type_hint?: string;
}

/** A constant, because the type of {@link ApiSchema} does not know `additionalProperties`. */
const ALL_CLAIMS = {
  description:
    'Claims are named as in the token (RFC 7662, RFC 9068). The token hook may add others. For a token that is not active, only `active` is present',
  additionalProperties: true,
};

/** All claims of an access token. */
@ApiSchema(ALL_CLAIMS)
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

  /** When the member last authenticated, seconds since 1970; 0 if the member has to authenticate again */
  @ApiInteger() auth_time?: number;

  /** How the member authenticated (RFC 8176) */
  @ApiProperty({ type: [String], example: ['pwd', 'otp', 'mfa'] }) amr?: readonly string[];

  /** Issued at, seconds since 1970 */
  @ApiInteger() iat?: number;

  /** Expires at, seconds since 1970 */
  @ApiInteger() exp?: number;

  /** Present if calls with this token need a proof by this key (RFC 9449 section 6) */
  cnf?: KeyConfirmation;

  /** Present if the member has attributes that the operator declared for tokens */
  @ApiProperty(ATTRIBUTES) attributes?: AttributeValues;
}
