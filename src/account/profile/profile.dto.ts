import { IsLocale } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { IsAttributes, IsLoginId, IsMemberName } from '../../users/member-fields.js';

export class UpdateProfileRequest {
  @MayBeAbsent() @IsMemberName() name?: string | null;

  /** A different login ID is accepted once, and only while `loginIdGenerated` is true */
  @MayBeAbsent()
  @IsLoginId()
  loginId?: string;

  /** Language of mails */
  @MayBeAbsent()
  @IsLocale()
  locale?: MailLocale;

  /** The attributes to change; null removes a value */
  @MayBeAbsent()
  @IsAttributes()
  attributes?: Record<string, unknown>;
}
