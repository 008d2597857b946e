import { ApiProperty } from '@nestjs/swagger';
import type { AttributeValues, MemberAttributes } from '../platform/attributes/member-attributes.js';
import type { EnrolledFactor } from '../mfa/enrolled-factors.service.js';
import { ApiInteger } from '../platform/http/integer.decorator.js';
import type { Role } from '../platform/http/principal.js';
import { IsOneOf, IsVisibleText } from '../platform/http/validation/field-decorators.js';
import { PageQuery, PageResponse } from '../platform/http/validation/page.dto.js';
import { MayBeAbsent, Normalise } from '../platform/http/validation/rule.js';
import { LOCALES } from '../platform/i18n/locale.js';
import type { MailLocale } from '../platform/i18n/mail-locale.js';
import { removeInvisible } from '../platform/text/typed-text.js';
import type { MemberRow } from '../users/member-search.repository.js';
import { ATTRIBUTES, IsAttributes } from '../users/member-fields.js';
import type { MemberStatus } from '../users/member.entity.js';
import type { MemberDetails } from './member-directory.service.js';

const ROLES = ['member', 'admin'] as const;
const STATUSES = ['active', 'disabled', 'closed'] as const;

export class MembersQuery extends PageQuery {
  /** The beginning of a login ID, an address or a name, in any case; or an id */
  @MayBeAbsent()
  @Normalise(removeInvisible)
  @IsVisibleText({ max: 254 })
  @ApiProperty({ pattern: '\\S', example: 'ada' })
  query?: string;

  @MayBeAbsent()
  @IsOneOf(STATUSES, { example: 'active', description: 'Members with this status' })
  status?: MemberStatus;
  @MayBeAbsent() @IsOneOf(ROLES, { example: 'admin', description: 'Members with this role' }) role?: Role;
}

export class ChangeMemberRequest {
  @MayBeAbsent() @IsOneOf(['active', 'disabled'], { example: 'disabled' }) status?: 'active' | 'disabled';
  @MayBeAbsent() @IsOneOf(ROLES, { example: 'admin' }) role?: Role;

  /** The attributes to change; null removes a value */
  @MayBeAbsent()
  @IsAttributes()
  attributes?: Record<string, unknown>;
}

const RESET_REASONS = ['precaution', 'compromised'] as const;
export type ResetReason = (typeof RESET_REASONS)[number];

export class DemandPasswordResetRequest {
  /** `compromised`: the present password no longer works, and a recent passkey does not work alone. Otherwise a login with either leads to setting a new password */
  @MayBeAbsent()
  @IsOneOf(RESET_REASONS, { example: 'compromised' })
  reason?: ResetReason;
}

export class MemberResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** @example ada.lovelace */
  loginId: string;
  @ApiProperty({ format: 'email', example: 'ada@example.com' }) email: string;
  /** @example Ada Lovelace */
  name: string | null;
  @ApiProperty({ enum: LOCALES }) locale: MailLocale;
  @ApiProperty({ enum: ROLES }) role: Role;
  /** closed: the owner closed the account, or its erasure was demanded; it is erased after the grace period */
  @ApiProperty({ enum: STATUSES }) status: MemberStatus;
  /** Whether the next login requires a new password */
  mustChangePassword: boolean;
  createdAt: Date;
  @ApiProperty({ type: String, format: 'date-time' }) closedAt: Date | null;
}

export class MemberPasskeyResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'Phone' }) name: string | null;
  /** The password manager or device that keeps the passkey */
  @ApiProperty({ example: 'iCloud Keychain' }) provider: string | null;
  createdAt: Date;
  @ApiProperty({ type: String, format: 'date-time' }) lastUsedAt: Date | null;
}

export class MemberIdentityResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** @example kakao */
  provider: string;
  @ApiProperty({ example: 'ada@example.com' }) email: string | null;
  createdAt: Date;
}

export class MemberDetailsResponse extends MemberResponse {
  /** Whether the member has a password. A member without a password logs in with a passkey or a linked account */
  hasPassword: boolean;
  /** What logins ask for besides the password */
  @ApiProperty({ enum: ['totp', 'passkey'], isArray: true }) secondFactors: readonly EnrolledFactor[];
  passkeys: MemberPasskeyResponse[];
  /** Unused recovery codes */
  @ApiInteger({ example: 8 }) recoveryCodesLeft: number;
  /** Accounts at providers */
  identities: MemberIdentityResponse[];
  /** The number of open sessions */
  @ApiInteger({ example: 2 }) sessionCount: number;
  /** Whether logins have to wait after too many failures */
  isWaiting: boolean;
  /** Absent if the operator declares no attributes */
  @ApiProperty(ATTRIBUTES) attributes?: AttributeValues;
}

export class MemberListResponse extends PageResponse {
  items: MemberResponse[];
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const memberResponseOf = (member: MemberRow): MemberResponse => ({
  id: member.id,
  loginId: member.loginId,
  email: member.email,
  name: member.name,
  locale: member.locale,
  role: member.role,
  status: member.status,
  mustChangePassword: member.mustChangePassword,
  createdAt: member.createdAt,
  closedAt: member.closedAt,
});

export const memberDetailsResponseOf = (
  member: MemberDetails,
  attributes: MemberAttributes,
): MemberDetailsResponse => ({
  ...memberResponseOf(member),
  hasPassword: member.hasPassword,
  secondFactors: member.secondFactors,
  passkeys: member.passkeys.map(({ id, name, provider, createdAt, lastUsedAt }) => ({
    ...{ id, name, provider, createdAt, lastUsedAt },
  })),
  recoveryCodesLeft: member.recoveryCodesLeft,
  identities: member.identities.map(({ id, provider, email, createdAt }) => ({ id, provider, email, createdAt })),
  sessionCount: member.sessionCount,
  isWaiting: member.isWaiting,
  ...(attributes.isDeclared && { attributes: attributes.selectForAdmin(member.attributes) }),
});
