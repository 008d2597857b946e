import { ApiProperty } from '@nestjs/swagger';
import type { AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { Role } from '../../platform/http/principal.js';
import {
  IsLocale,
  IsMailAddress,
  IsOpaqueToken,
  IsSixDigitCode,
} from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { IsConsents, type ConsentChoice } from '../../security/consents/consent-choice.dto.js';
import { IsNewPassword } from '../../security/passwords/password-fields.js';
import { IsDeviceName, IsSessionBinding, IsTokenTransport } from '../../sessions/session-fields.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';
import { ATTRIBUTES, IsAttributes, IsLoginId, IsMemberName } from '../../users/member-fields.js';

export class InvitationLinkRequest {
  /** From the mailed link, after #token= */
  @IsOpaqueToken() token: string;
}

export class InspectedInvitationResponse {
  /** The invited address, which cannot be changed */
  @ApiProperty({ format: 'email', example: 'ada@example.com' }) email: string;
  @ApiProperty({ enum: ['member', 'admin'] }) role: Role;
  expiresAt: Date;
  /** Set by the inviter; values that the invited person sends for them are ignored */
  @ApiProperty(ATTRIBUTES) attributes: AttributeValues;
}

export class AcceptInvitationRequest {
  /** From the mailed link, after #token=; or `email` and `code` */
  @MayBeAbsent()
  @IsOpaqueToken()
  token?: string;

  /** The invited address */
  @MayBeAbsent() @IsMailAddress() email?: string;
  /** The six digits from the mail */
  @MayBeAbsent() @IsSixDigitCode() code?: string;
  @IsLoginId() loginId: string;
  @IsNewPassword() password: string;
  @MayBeAbsent() @IsMemberName() name?: string | null;
  @MayBeAbsent() @IsLocale() locale?: MailLocale;
  @MayBeAbsent() @IsAttributes() attributes?: Record<string, unknown>;
  @MayBeAbsent() @IsConsents() consents?: ConsentChoice[];
  @MayBeAbsent() @IsDeviceName() deviceName?: string;
  @MayBeAbsent() @IsTokenTransport() transport?: TokenTransport;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

const CHOICES = { loginId: 'ada.lovelace', password: 'Tall-giraffes-nap-at-noon-42' };

/** Examples for {@link AcceptInvitationRequest}. */
export const ACCEPT_EXAMPLES = {
  'by the link': { value: { token: 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE', ...CHOICES } },
  'by the code': { value: { email: 'ada@example.com', code: '123456', ...CHOICES } },
};
