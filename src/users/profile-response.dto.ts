import { ApiProperty } from '@nestjs/swagger';
import type { AttributeValues, MemberAttributes } from '../platform/attributes/member-attributes.js';
import type { Role } from '../platform/http/principal.js';
import { LOCALES } from '../platform/i18n/locale.js';
import type { MailLocale } from '../platform/i18n/mail-locale.js';
import { ATTRIBUTES } from './member-fields.js';
import type { Profile } from './members.repository.js';

/** A member's own profile. */
export class ProfileResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** @example ada.lovelace */
  loginId: string;
  /** Whether an import made the login ID. If so, offer the member to choose another login ID */
  loginIdGenerated: boolean;
  @ApiProperty({ format: 'email', example: 'ada@example.com' }) email: string;
  /** @example Ada Lovelace */
  name: string | null;
  @ApiProperty({ enum: LOCALES, enumName: 'Locale' }) locale: MailLocale;
  @ApiProperty({ enum: ['member', 'admin'], enumName: 'Role' }) role: Role;
  createdAt: Date;
  /** Whether the member has a password. A member without a password logs in with a passkey or a linked account */
  hasPassword: boolean;
  /** Present only if the operator declared attributes */
  @ApiProperty(ATTRIBUTES) attributes?: AttributeValues;
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const profileResponseOf = (profile: Profile, attributes: MemberAttributes): ProfileResponse => ({
  id: profile.id,
  loginId: profile.loginId,
  loginIdGenerated: profile.loginIdGenerated,
  email: profile.email,
  name: profile.name,
  locale: profile.locale,
  role: profile.role,
  createdAt: profile.createdAt,
  hasPassword: profile.hasPassword,
  ...(attributes.isDeclared && { attributes: attributes.selectForMember(profile.attributes) }),
});
