import type { EnrolledFactor } from '../mfa/enrolled-factors.service.js';
import { ApiProperty } from '@nestjs/swagger';
import type { Role } from '../platform/http/principal.js';
import { LOCALES, type Locale } from '../platform/i18n/locale.js';
import type { MemberStatus } from '../users/member.entity.js';
import type { MemberRow } from '../users/member-search.repository.js';
import { Field } from '../platform/http/validation/field.js';
import * as rules from '../platform/http/validation/rules.js';
import type { MemberDetails } from './member-directory.service.js';
import { PageQuery, PageResponse } from '../platform/http/validation/page.dto.js';

const ROLES = ['member', 'admin'] as const;
const STATUSES = ['active', 'disabled', 'closed'] as const;
const SETTABLE_STATUSES = ['active', 'disabled'] as const;

const RoleField = (): PropertyDecorator =>
  Field({ rule: rules.oneOf(...ROLES), isOptional: true, api: { enum: ROLES, example: 'admin' } });

export class MembersQuery extends PageQuery {
  @Field({
    rule: rules.visibleText({ min: 1, max: 254 }),
    normalise: (value) => value.trim(),
    isOptional: true,
    api: {
      type: String,
      minLength: 1,
      maxLength: 254,
      example: 'ada',
      description: 'The beginning of a login ID, an address or a name; case makes no difference',
    },
  })
  query?: string;
  @Field({ rule: rules.oneOf(...STATUSES), isOptional: true, api: { enum: STATUSES, example: 'active' } })
  status?: MemberStatus;
  @RoleField() role?: Role;
}

export class ChangeMemberRequest {
  @Field({
    rule: rules.oneOf(...SETTABLE_STATUSES),
    isOptional: true,
    api: { enum: SETTABLE_STATUSES, example: 'disabled' },
  })
  status?: 'active' | 'disabled';
  @RoleField() role?: Role;
}

export class MemberResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'ada.lovelace' }) loginId: string;
  @ApiProperty({ format: 'email', example: 'ada@example.com' }) email: string;
  @ApiProperty({ nullable: true, type: String, example: 'Ada Lovelace' }) name: string | null;
  @ApiProperty({ enum: LOCALES }) locale: Locale;
  @ApiProperty({ enum: ROLES }) role: Role;
  @ApiProperty({ enum: STATUSES, description: 'closed: by its owner; erased after the grace' }) status: MemberStatus;
  @ApiProperty({ description: 'The next login leads to a new password' }) mustChangePassword: boolean;
  @ApiProperty({ format: 'date-time' }) createdAt: Date;
  @ApiProperty({ format: 'date-time', nullable: true, type: String }) closedAt: Date | null;
}

export class MemberDetailsResponse extends MemberResponse {
  @ApiProperty({ enum: ['totp', 'passkey'], isArray: true, description: 'What logins ask for besides the password' })
  secondFactors: readonly EnrolledFactor[];
  @ApiProperty({ type: 'integer', description: 'Devices signed in', example: 2 }) sessionCount: number;
  @ApiProperty({ description: 'Logins have to wait after too many failures' }) isWaiting: boolean;
}

export class MemberListResponse extends PageResponse {
  @ApiProperty({ type: [MemberResponse] }) items: MemberResponse[];
}

/** Field by field, so that a column added one day does not get out by itself. */
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

export const memberDetailsResponseOf = (member: MemberDetails): MemberDetailsResponse => ({
  ...memberResponseOf(member),
  secondFactors: member.secondFactors,
  sessionCount: member.sessionCount,
  isWaiting: member.isWaiting,
});
