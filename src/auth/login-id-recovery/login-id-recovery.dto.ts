import { ApiProperty } from '@nestjs/swagger';
import { IsMailAddress, IsTrueOrFalse } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { ConfirmCodeRequest } from '../../verification/email-challenge.dto.js';

export class SendLoginIdCodeRequest {
  @IsMailAddress() email: string;
}

export class ConfirmLoginIdCodeRequest extends ConfirmCodeRequest {
  /** Mail the full login ID to the address */
  @MayBeAbsent()
  @IsTrueOrFalse()
  @ApiProperty({ default: false })
  mailFullId?: boolean;
}

export class FoundLoginIdResponse {
  /** @example ad***e */
  maskedLoginId: string;

  /**
   * Year and month of the sign-up
   * @example '2026-11'
   */
  memberSince: string;

  /** Sets a new password, at POST /api/auth/password-reset */
  resetToken: string;
}
