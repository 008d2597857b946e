import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Field } from '../../platform/http/validation/field.js';
import { EmailField, LoginIdField, NewPasswordField, TokenField } from '../../platform/http/validation/fields.js';
import { ConfirmCodeRequest } from '../../verification/email-challenge.dto.js';
import * as rules from '../../platform/http/validation/rules.js';

export class SendResetCodeRequest {
  @EmailField() email: string;
  @LoginIdField({ isOptional: true, description: 'Where given, mail goes out only if it belongs to the address' })
  loginId?: string;
}

export class SendLoginIdCodeRequest {
  @EmailField() email: string;
}

export class ConfirmLoginIdCodeRequest extends ConfirmCodeRequest {
  @Field({
    rule: rules.bool,
    isOptional: true,
    api: { type: Boolean, default: false, description: 'Mail the whole login ID to the address' },
  })
  mailFullId?: boolean;
}

export class ResetLinkRequest {
  @TokenField({ description: 'From the mailed link, behind #token=' }) token: string;
}

export class ResetPasswordRequest {
  @NewPasswordField({ example: 'Nine-otters-knit-at-dawn-17' }) newPassword: string;
  @TokenField({ isOptional: true, description: 'Where it is not in the Authorization header' }) resetToken?: string;
}

export class ResetTokenResponse {
  @ApiProperty({ description: 'Sets a new password once, at POST /api/auth/password-reset' }) resetToken: string;
  @ApiProperty({ type: 'integer', description: 'Seconds', example: 600 }) expiresIn: number;
}

export class ResetTokenByLinkResponse extends ResetTokenResponse {
  @ApiProperty({ example: 'ad***e' }) maskedLoginId: string;
}

export class FoundLoginIdResponse {
  @ApiProperty({ example: 'ad***e' }) maskedLoginId: string;
  @ApiProperty({ example: '2026-11', description: 'Year and month of the sign-up' }) memberSince: string;
  @ApiPropertyOptional({ description: 'Straight on to a new password, where wanted' }) resetToken?: string;
}
