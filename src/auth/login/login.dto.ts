import type { Type } from '@nestjs/common';
import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { SecondFactorMethod } from '../../mfa/challenges/login-challenges.service.js';
import { IsSecondFactorCode } from '../../mfa/second-factor-code.decorator.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsOpaqueToken, IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent, Normalise } from '../../platform/http/validation/rule.js';
import { foldTypedText } from '../../platform/text/typed-text.js';
import { IsPasswordText } from '../../security/passwords/password-fields.js';
import type { ConsentDocumentResponse } from '../../security/consents/consents.dto.js';
import { IsDeviceName, IsSessionBinding, IsTokenTransport } from '../../sessions/session-fields.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';
import { ConfirmationRequiredResponse } from '../sign-up/sign-up.dto.js';
import { TokenResponse } from '../tokens/tokens.dto.js';

export class LoginRequest {
  /** Login ID or email address */
  @Normalise(foldTypedText)
  @IsVisibleText({ max: 320 })
  @ApiProperty({ example: 'ada.lovelace' })
  identifier: string;

  @IsPasswordText() password: string;
  @MayBeAbsent() @IsDeviceName() deviceName?: string;

  /** From an earlier login on this device; shows that the device is known */
  @MayBeAbsent()
  @IsOpaqueToken()
  deviceToken?: string;

  @MayBeAbsent() @IsTokenTransport() transport?: TokenTransport;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class MfaRequiredResponse {
  @ApiProperty({ enum: ['mfa_required'] }) status: 'mfa_required';

  /** Valid only for POST /api/auth/login/mfa and /api/auth/login/mfa/passkey */
  mfaToken: string;

  @ApiProperty({ enum: ['totp', 'passkey', 'recovery_code'], isArray: true }) methods: readonly SecondFactorMethod[];

  /** Seconds */
  @ApiInteger({ example: 300 }) expiresIn: number;
}

export class SecondFactorRequest {
  /** From the response mfa_required */
  @IsOpaqueToken() mfaToken: string;
  @IsSecondFactorCode() code: string;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class PasswordChangeRequiredResponse {
  @ApiProperty({ enum: ['password_change_required'] }) status: 'password_change_required';

  /** For POST /api/auth/password-reset */
  resetToken: string;

  /** Seconds */
  @ApiInteger({ example: 600 }) expiresIn: number;
}

export class TermsRequiredResponse {
  @ApiProperty({ enum: ['terms_required'] }) status: 'terms_required';

  /** Valid only for POST /api/auth/consents */
  termsToken: string;

  /** What the member has to agree to */
  documents: ConsentDocumentResponse[];

  /** Seconds */
  @ApiInteger({ example: 1800 }) expiresIn: number;
}

const COMPLETED = {
  authenticated: TokenResponse,
  password_change_required: PasswordChangeRequiredResponse,
  terms_required: TermsRequiredResponse,
};

/** The responses to a login by their `status`. */
export const OUTCOMES = { ...COMPLETED, mfa_required: MfaRequiredResponse };

/** Schemas that no class can express, because they are choices between classes; `status` names the choice. */
export const LOGIN_OUTCOMES = {
  LoginOutcome: choiceByStatus('The outcomes of a login', {
    ...OUTCOMES,
    confirmation_required: ConfirmationRequiredResponse,
  }),
  CompletedLogin: choiceByStatus('The outcomes of a login that needs no further factor', COMPLETED),
};

/** The schema of a response that is one of several. */
export function choiceByStatus(description: string, responses: Readonly<Record<string, Type>>): object {
  const mapping = Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [status, getSchemaPath(response)]),
  );
  return {
    description: `${description}; \`status\` names the one that applies`,
    oneOf: Object.values(mapping).map(($ref) => ({ $ref })),
    discriminator: { propertyName: 'status', mapping },
  };
}
