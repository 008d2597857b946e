import { ApiProperty } from '@nestjs/swagger';
import { MAX_TOKEN_LENGTH } from '../../platform/crypto/tokens/tokens.service.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsOpaqueToken, IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';

/** What a client gets when it is signed in: on login, on refresh, after confirming a sign-up. */
export class TokenResponse {
  @ApiProperty({ enum: ['authenticated'] }) status: 'authenticated';

  /** DPoP after `binding: full`: calls need `Authorization: DPoP …` and a proof */
  @ApiProperty({ enum: ['Bearer', 'DPoP'] })
  tokenType: 'Bearer' | 'DPoP';

  /** JWT for `Authorization: Bearer …` or `DPoP …`, as tokenType names it */
  accessToken: string;

  /** Seconds until the access token expires */
  @ApiInteger({ example: 600 }) expiresIn: number;

  /** JWT for POST /api/auth/refresh. Absent with cookie transport */
  refreshToken?: string;

  /** Seconds until the refresh token expires */
  @ApiInteger({ example: 1_209_600 }) refreshExpiresIn: number;

  @ApiProperty({ format: 'uuid' }) sessionId: string;

  /** Only on the first login of a device: keep it and send it with later logins. Absent with cookie transport */
  deviceToken?: string;
}

export class LogoutRequest {
  /** If it is not in the Authorization header or the cookie */
  @MayBeAbsent()
  @IsOpaqueToken()
  refreshToken?: string;
}

export class RefreshRequest extends LogoutRequest {
  /** From a login on this device. Helps where an answer was lost and the user agent has changed since */
  @MayBeAbsent()
  @IsOpaqueToken()
  deviceToken?: string;
}

export class RefreshResponse extends TokenResponse {
  /** replayed: another refresh with the same token came first, and this is the same successor */
  @ApiProperty({ enum: ['rotated', 'replayed'] })
  outcome: 'rotated' | 'replayed';
}

export class VerifyTokenRequest {
  /** An access token */
  // Any text is accepted here: the answer to an invalid token is `active: false`, not an error.
  @IsVisibleText({ max: MAX_TOKEN_LENGTH })
  @ApiProperty({ example: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln' })
  token: string;
}

export class KeyConfirmation {
  /** Thumbprint of the key (RFC 7638) */
  @ApiProperty({ example: 'bcxkXQMqgbG8hTpvGJRQqYKQd2xXhj8x6nJ9R8mZk0Q' }) jkt: string;
}

export class VerifiedTokenResponse {
  active: boolean;

  /** The member */
  @ApiProperty({ format: 'uuid' }) sub?: string;

  /** The session */
  @ApiProperty({ format: 'uuid' }) sid?: string;

  @ApiProperty({ enum: ['member', 'admin'], enumName: 'Role' }) role?: string;

  /** Issued at, seconds since 1970 */
  @ApiInteger() iat?: number;

  /** Expires at, seconds since 1970 */
  @ApiInteger() exp?: number;

  /** Present if calls with this token need a proof by this key (RFC 9449 section 6) */
  cnf?: KeyConfirmation;

  @ApiProperty({ enum: ['expired', 'revoked', 'invalid'] }) reason?: 'expired' | 'revoked' | 'invalid';
}
