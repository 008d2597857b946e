import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsMailAddress, IsOpaqueToken } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { IsNewPassword } from '../../security/passwords/password-fields.js';
import { IsLoginId } from '../../users/member-fields.js';

export class SendResetCodeRequest {
  @IsMailAddress() email: string;

  @MayBeAbsent()
  @IsLoginId('If given, a mail is sent only if the login ID belongs to the address')
  loginId?: string;
}

export class ResetLinkRequest {
  /** From the mailed link, after #token= */
  @IsOpaqueToken() token: string;
}

export class InspectedResetLinkResponse {
  /** @example ad***e */
  maskedLoginId: string;
  requestedAt: Date;
  expiresAt: Date;
}

export class ResetPasswordRequest {
  @IsNewPassword({ example: 'Nine-otters-knit-at-dawn-17' }) newPassword: string;

  /** If it is not in the Authorization header */
  @MayBeAbsent()
  @IsOpaqueToken()
  resetToken?: string;
}

export class ResetTokenResponse {
  /** Sets a new password once, at POST /api/auth/password-reset */
  resetToken: string;

  /** Seconds */
  @ApiInteger({ example: 600 }) expiresIn: number;
}

export class ResetTokenByLinkResponse extends ResetTokenResponse {
  /** @example ad***e */
  maskedLoginId: string;
}
