import { ApiProperty } from '@nestjs/swagger';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import {
  IsLocale,
  IsMailAddress,
  IsOpaqueToken,
  IsTrueOrFalse,
  IsVisibleText,
} from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { ProviderAnswerRequest } from '../../platform/federation/federation.dto.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { IsConsents, type ConsentChoice } from '../../security/consents/consent-choice.dto.js';
import { IsDeviceName, IsSessionBinding, IsTokenTransport } from '../../sessions/session-fields.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';
import { IsAttributes, IsLoginId, IsMemberName } from '../../users/member-fields.js';
import { choiceByStatus, OUTCOMES } from '../login/login.dto.js';
import { ConfirmationRequiredResponse } from '../sign-up/sign-up.dto.js';
import { TokenResponse } from '../tokens/tokens.dto.js';

export class SocialProviderResponse {
  /** @example google */
  id: string;
  /** @example Google */
  name: string;
}

export class SocialProviderListResponse {
  items: SocialProviderResponse[];
}

export class StartSocialLoginRequest {
  /** One of SOCIAL_REDIRECT_URIS; default the first */
  @MayBeAbsent()
  @IsVisibleText({ max: 512 })
  @ApiProperty({ example: 'https://app.example.com/social' })
  redirectUri?: string;

  @MayBeAbsent() @IsTokenTransport() transport?: TokenTransport;

  /** For `POST /api/auth/reauthenticate/social`: the provider asks for the login again. Not at Naver */
  @MayBeAbsent()
  @IsTrueOrFalse()
  reauthenticate?: boolean;

  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class StartedSocialLoginResponse {
  /** Open it in the browser */
  authorizationUrl: string;
  /** A secret of this client: keep it until the provider has answered */
  requestId: string;
  /** Seconds */
  @ApiInteger({ example: 600 }) expiresIn: number;
}

export class CompleteSocialLoginRequest extends ProviderAnswerRequest {
  @MayBeAbsent() @IsDeviceName() deviceName?: string;

  /** From an earlier login on this device; shows that the device is known */
  @MayBeAbsent()
  @IsOpaqueToken()
  deviceToken?: string;
}

export class NativeSocialLoginRequest {
  /** From the SDK of the provider */
  @IsVisibleText({ max: 8192 })
  @ApiProperty({ example: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl' })
  idToken: string;

  /** A random text of 16 characters or more that does not look like a SHA-256 in lower-case hexadecimal. Send the text itself, also if the app gave the SDK its SHA-256 */
  @IsVisibleText({ min: 16, max: 256 })
  @ApiProperty({ example: 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkT' })
  nonce: string;

  /** Only for Sign in with Apple: exchanged for the token with which unlinking takes the permission back */
  @MayBeAbsent()
  @IsVisibleText({ max: 4096 })
  @ApiProperty({ example: 'c1b2a3.0.mrtuw.Zk' })
  authorizationCode?: string;

  @MayBeAbsent() @IsDeviceName() deviceName?: string;

  /** From an earlier login on this device; shows that the device is known */
  @MayBeAbsent()
  @IsOpaqueToken()
  deviceToken?: string;

  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class SignUpRequiredResponse {
  @ApiProperty({ enum: ['sign_up_required'] }) status: 'sign_up_required';

  /** For POST /api/auth/social/sign-up; only this client receives it, so keep it */
  signUpId: string;

  /** The address that the provider states */
  @ApiProperty({ example: 'ada@example.com' }) email?: string;

  /** Whether this address needs no mailed code */
  emailProven: boolean;

  /** A suggestion: another member may already have it */
  @ApiProperty({ example: 'ada.lovelace' }) suggestedLoginId: string;

  /** Seconds */
  @ApiInteger({ example: 1800 }) expiresIn: number;
}

export class SocialSignUpRequest {
  /** From the response sign_up_required */
  @IsOpaqueToken() signUpId: string;

  @IsLoginId() loginId: string;

  /** Default: the address that the provider states */
  @MayBeAbsent()
  @IsMailAddress()
  email?: string;

  /** Default: the name that the provider gave */
  @MayBeAbsent()
  @IsMemberName()
  name?: string | null;

  /** Language of mails; taken from Accept-Language when absent */
  @MayBeAbsent()
  @IsLocale()
  locale?: MailLocale;

  @MayBeAbsent() @IsAttributes() attributes?: Record<string, unknown>;
  @MayBeAbsent() @IsConsents() consents?: ConsentChoice[];
}

/** Schemas of responses that are one of several. */
export const SOCIAL_OUTCOMES = {
  SocialLoginOutcome: choiceByStatus('The outcomes of a login at a provider', {
    ...OUTCOMES,
    sign_up_required: SignUpRequiredResponse,
  }),
  SocialSignUpOutcome: choiceByStatus('The outcomes of a sign-up with an account at a provider', {
    authenticated: TokenResponse,
    confirmation_required: ConfirmationRequiredResponse,
  }),
};
