import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { TokenResponse } from '../tokens/token-response.js';
import {
  DeviceNameField,
  PasswordField,
  SecondFactorField,
  TokenField,
  TransportField,
} from '../../platform/http/validation/fields.js';
import { Field } from '../../platform/http/validation/field.js';
import * as rules from '../../platform/http/validation/rules.js';
import type { SecondFactorMethod } from '../../mfa/challenges/login-challenges.service.js';
import type { TokenTransport } from '../../sessions/session.entity.js';

export class LoginRequest {
  @Field({
    rule: rules.visibleText({ min: 1, max: 320 }),
    api: { type: String, example: 'ada.lovelace', maxLength: 320, description: 'Login ID or e-mail address' },
  })
  identifier: string;
  @PasswordField() password: string;
  @DeviceNameField() deviceName?: string;
  @TokenField({ isOptional: true, description: 'From an earlier login on this device: makes it a known one' })
  deviceToken?: string;
  @TransportField() transport?: TokenTransport;
}

export class MfaRequiredResponse {
  @ApiProperty({ enum: ['mfa_required'] }) status: 'mfa_required';
  @ApiProperty({ description: 'For POST /api/auth/login/mfa and /api/auth/login/mfa/passkey; opens nothing else' })
  mfaToken: string;
  @ApiProperty({ enum: ['totp', 'passkey', 'recovery_code'], isArray: true }) methods: readonly SecondFactorMethod[];
  @ApiProperty({ type: 'integer', description: 'Seconds', example: 300 }) expiresIn: number;
}

export class SecondFactorRequest {
  @TokenField({ description: 'From the answer mfa_required' }) mfaToken: string;
  @SecondFactorField() code: string;
}

export class PasswordChangeRequiredResponse {
  @ApiProperty({ enum: ['password_change_required'] }) status: 'password_change_required';
  @ApiProperty({ description: 'For POST /api/auth/password-reset' }) resetToken: string;
  @ApiProperty({ type: 'integer', description: 'Seconds', example: 600 }) expiresIn: number;
}

const OUTCOMES = {
  authenticated: TokenResponse,
  mfa_required: MfaRequiredResponse,
  password_change_required: PasswordChangeRequiredResponse,
};

/** Schemas that a class cannot be, because they are choices between classes. `status` says which one it is. */
export const LOGIN_OUTCOMES = {
  LoginOutcome: choice('What a login can come to; `status` says which it is', [
    'authenticated',
    'mfa_required',
    'password_change_required',
  ]),
  CompletedLogin: choice('What a login comes to that has shown all it needs; `status` says which it is', [
    'authenticated',
    'password_change_required',
  ]),
};

function choice(description: string, statuses: (keyof typeof OUTCOMES)[]): object {
  const mapping = Object.fromEntries(statuses.map((status) => [status, getSchemaPath(OUTCOMES[status])]));
  return {
    description,
    oneOf: Object.values(mapping).map(($ref) => ({ $ref })),
    discriminator: { propertyName: 'status', mapping },
  };
}

export class RefreshRequest {
  @TokenField({ isOptional: true, description: 'Where it is not in the Authorization header or the cookie' })
  refreshToken?: string;
}

export class VerifyTokenRequest {
  // Anything that is not a live access token is answered, not refused.
  @Field({
    rule: rules.visibleText({ min: 1, max: 4096 }),
    api: { type: String, maxLength: 4096, description: 'An access token', example: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln' },
  })
  token: string;
}

export class VerifiedTokenResponse {
  @ApiProperty() active: boolean;
  @ApiProperty({ required: false, format: 'uuid', description: 'The member' }) sub?: string;
  @ApiProperty({ required: false, format: 'uuid', description: 'The session' }) sid?: string;
  @ApiProperty({ required: false, enum: ['member', 'admin'], enumName: 'Role' }) role?: string;
  @ApiProperty({ required: false, type: 'integer', description: 'Issued at, seconds since 1970' }) iat?: number;
  @ApiProperty({ required: false, type: 'integer', description: 'Expires at, seconds since 1970' }) exp?: number;
  @ApiProperty({ required: false, enum: ['expired', 'revoked', 'invalid'] }) reason?: 'expired' | 'revoked' | 'invalid';
}
