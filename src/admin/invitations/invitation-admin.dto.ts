import { ApiProperty } from '@nestjs/swagger';
import type { AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { Role } from '../../platform/http/principal.js';
import { IsLocale, IsMailAddress, IsOneOf } from '../../platform/http/validation/field-decorators.js';
import { PageResponse } from '../../platform/http/validation/page.dto.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { LOCALES } from '../../platform/i18n/locale.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { ATTRIBUTES, IsAttributes } from '../../users/member-fields.js';
import type { ListedInvitation } from './invitation-directory.service.js';

const ROLES = ['member', 'admin'] as const;
const STATUSES = ['open', 'expired', 'accepted', 'inviter_lost'] as const satisfies ListedInvitation['status'][];

export class InviteRequest {
  @IsMailAddress() email: string;
  @MayBeAbsent() @IsOneOf(ROLES, { example: 'member' }) role?: Role;
  /** Attributes that the inviter sets */
  @MayBeAbsent()
  @IsAttributes()
  attributes?: Record<string, unknown>;
  /** Language of the mail */
  @MayBeAbsent()
  @IsLocale()
  locale?: MailLocale;
}

export class InvitationResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'email', example: 'ada@example.com' }) email: string;
  @ApiProperty({ enum: ROLES }) role: Role;
  @ApiProperty({ enum: LOCALES }) locale: MailLocale;
  /** null if the inviter set none, and after the invitation is accepted */
  @ApiProperty({ ...ATTRIBUTES, nullable: true }) attributes: AttributeValues | null;
  /** inviter_lost: the inviter lost the right to invite, or the inviter's sessions ended; mail the invitation again to renew it */
  @ApiProperty({ enum: STATUSES }) status: ListedInvitation['status'];
  @ApiProperty({ format: 'uuid' }) invitedBy: string | null;
  @ApiProperty({ format: 'uuid' }) apiKeyId: string | null;
  createdAt: Date;
  mailedAt: Date;
  expiresAt: Date;
  @ApiProperty({ type: String, format: 'date-time' }) acceptedAt: Date | null;
  /** Who accepted it */
  @ApiProperty({ format: 'uuid' }) memberId: string | null;
}

export class InvitationListResponse extends PageResponse {
  items: InvitationResponse[];
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const invitationResponseOf = (invitation: ListedInvitation): InvitationResponse => ({
  id: invitation.id,
  email: invitation.email,
  role: invitation.role,
  locale: invitation.locale,
  attributes: invitation.attributes,
  status: invitation.status,
  invitedBy: invitation.invitedBy,
  apiKeyId: invitation.apiKeyId,
  createdAt: invitation.createdAt,
  mailedAt: invitation.mailedAt,
  expiresAt: invitation.expiresAt,
  acceptedAt: invitation.acceptedAt,
  memberId: invitation.memberId,
});
