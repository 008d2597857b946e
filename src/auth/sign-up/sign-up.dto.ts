import { ApiProperty } from '@nestjs/swagger';
import {
  IsLocale,
  IsMailAddress,
  IsOpaqueToken,
  IsSixDigitCode,
} from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { IsNewPassword, IsPasswordText } from '../../security/passwords/password-fields.js';
import { IsConsents, type ConsentChoice } from '../../security/consents/consent-choice.dto.js';
import { IsDeviceName, IsSessionBinding, IsTokenTransport } from '../../sessions/session-fields.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';
import { IsAttributes, IsLoginId, IsMemberName } from '../../users/member-fields.js';
import { CodeLifetimes } from '../../verification/email-challenge.dto.js';

const OTHER_LOGIN_ID = 'Another login ID, after 409 login_id_taken';

export class SignUpTermsResponse {
  @ApiProperty({ enum: ['open', 'domains', 'invited'] }) mode: 'open' | 'domains' | 'invited';

  /** With `domains`: the mail domains that may sign up */
  domains: string[];
}

export class SignUpRequest {
  @IsLoginId() loginId: string;
  @IsMailAddress() email: string;
  @IsNewPassword() password: string;
  @MayBeAbsent() @IsMemberName() name?: string | null;

  /** Language of mails; taken from Accept-Language when absent */
  @MayBeAbsent()
  @IsLocale()
  locale?: MailLocale;

  @MayBeAbsent() @IsAttributes() attributes?: Record<string, unknown>;
  @MayBeAbsent() @IsConsents() consents?: ConsentChoice[];

  /** From an earlier response for the same address: replaces that sign-up. A code already mailed stays valid until another is mailed */
  @MayBeAbsent()
  @IsOpaqueToken()
  signUpId?: string;
}

/** For an account that becomes a member once its mailbox is proven */
export class ConfirmationRequiredResponse extends CodeLifetimes {
  @ApiProperty({ enum: ['confirmation_required'] }) status: 'confirmation_required';

  /** For the routes of /api/auth/sign-up, together with the mailed code; only this client receives it */
  signUpId: string;
}

export class ResendSignUpRequest {
  /** From the response of the sign-up */
  @IsOpaqueToken() signUpId: string;
}

export class ConfirmSignUpByCodeRequest {
  /** From the response of the sign-up */
  @IsOpaqueToken() signUpId: string;

  /** The six digits from the mail; blanks and hyphens are ignored */
  @IsSixDigitCode() code: string;

  @MayBeAbsent() @IsLoginId(OTHER_LOGIN_ID) loginId?: string;
  @MayBeAbsent() @IsConsents() consents?: ConsentChoice[];
  @MayBeAbsent() @IsDeviceName() deviceName?: string;
  @MayBeAbsent() @IsTokenTransport() transport?: TokenTransport;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class ConfirmSignUpByLinkRequest {
  /** From the mailed link, after #token= */
  @IsOpaqueToken() token: string;

  /** Shows that the same client began the sign-up */
  @MayBeAbsent()
  @IsOpaqueToken()
  signUpId?: string;

  /** The password of the sign-up, for clients that do not have the signUpId */
  @MayBeAbsent()
  @IsPasswordText()
  password?: string;

  @MayBeAbsent() @IsLoginId(OTHER_LOGIN_ID) loginId?: string;
  @MayBeAbsent() @IsConsents() consents?: ConsentChoice[];
  @MayBeAbsent() @IsDeviceName() deviceName?: string;
  @MayBeAbsent() @IsTokenTransport() transport?: TokenTransport;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

const LINK_TOKEN = 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE';

/** Examples for {@link ConfirmSignUpByLinkRequest}. */
export const LINK_EXAMPLES = {
  'by the client that began': {
    value: { token: LINK_TOKEN, signUpId: 'Jm2cXb1kQe7RtYw0uPz5aVh9sLf3nGd8oTiC6rMyK4E' },
  },
  'on another device': { value: { token: LINK_TOKEN, password: 'Tall-giraffes-nap-at-noon-42' } },
};

export class SignUpLinkRequest {
  /** From the mailed link, after #token= */
  @IsOpaqueToken() token: string;
}

export class SignUpResponse extends CodeLifetimes {
  /** Opaque id of this sign-up; only this client receives it, so keep it */
  signUpId: string;
}

export class InspectedSignUpResponse {
  /** @example ada.lovelace */
  loginId: string;
  requestedAt: Date;
  expiresAt: Date;
}

export class InspectedSignUpLinkResponse extends InspectedSignUpResponse {
  /** False after a login at a provider: the link then works only with the `signUpId` */
  hasPassword: boolean;
}
