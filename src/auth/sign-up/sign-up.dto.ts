import { ApiProperty } from '@nestjs/swagger';
import { Field } from '../../platform/http/validation/field.js';
import * as rules from '../../platform/http/validation/rules.js';
import {
  CodeField,
  DeviceNameField,
  EmailField,
  LocaleField,
  LoginIdField,
  NameField,
  NewPasswordField,
  PasswordField,
  TokenField,
  TransportField,
} from '../../platform/http/validation/fields.js';
import type { Locale } from '../../platform/i18n/locale.js';
import type { TokenTransport } from '../../sessions/session.entity.js';

export class SignUpRequest {
  @LoginIdField() loginId: string;
  @EmailField() email: string;
  @NewPasswordField() password: string;
  @NameField() name?: string | null;
  @LocaleField() locale?: Locale;
}

export class ResendSignUpRequest {
  @TokenField({ description: 'From the answer to the sign-up' }) signUpId: string;
}

export class ConfirmSignUpByCodeRequest {
  @TokenField({ description: 'From the answer to the sign-up' }) signUpId: string;
  @CodeField() code: string;
  @LoginIdField({ isOptional: true, description: 'Another login ID, after 409 login_id_taken' }) loginId?: string;
  @DeviceNameField() deviceName?: string;
  @TransportField() transport?: TokenTransport;
}

export class ConfirmSignUpByLinkRequest {
  @TokenField({ description: 'From the mailed link, behind #token=' }) token: string;
  @TokenField({ isOptional: true, description: 'Shows that the same client began the sign-up' }) signUpId?: string;
  @PasswordField({ isOptional: true, description: 'The password of the sign-up, where signUpId is not at hand' })
  password?: string;
  @LoginIdField({ isOptional: true, description: 'Another login ID, after 409 login_id_taken' }) loginId?: string;
  @DeviceNameField() deviceName?: string;
  @TransportField() transport?: TokenTransport;
}

export class SignUpLinkRequest {
  @TokenField({ description: 'From the mailed link, behind #token=' }) token: string;
}

export class CheckLoginIdRequest {
  // Any text: what is wrong with it is the answer, not an error.
  @Field({
    rule: rules.visibleText({ min: 1, max: 64 }),
    api: { type: String, example: 'ada.lovelace', maxLength: 64 },
  })
  loginId: string;
}

export class SignUpResponse {
  @ApiProperty({ description: 'Opaque handle of this sign-up; keep it, only this client has it' }) signUpId: string;
  @ApiProperty({ type: 'integer', description: 'Seconds until another mail can be asked for', example: 60 })
  resendAfter: number;
  @ApiProperty({ type: 'integer', description: 'Seconds the mailed code is good for', example: 600 }) expiresIn: number;
}

export class InspectedSignUpResponse {
  @ApiProperty({ example: 'ada.lovelace' }) loginId: string;
  @ApiProperty({ format: 'date-time' }) requestedAt: Date;
  @ApiProperty({ format: 'date-time' }) expiresAt: Date;
}

export class LoginIdAvailabilityResponse {
  @ApiProperty() available: boolean;
  @ApiProperty({ required: false, enum: ['invalid', 'reserved', 'taken'] }) reason?: 'invalid' | 'reserved' | 'taken';
}
