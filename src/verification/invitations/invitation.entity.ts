import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { Role } from '../../platform/http/principal.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { ApiKey } from '../../security/api-keys/api-key.entity.js';
import { Member } from '../../users/member.entity.js';

/**
 * An address that an administrator invited. The mailed code and link are an e-mail challenge of the
 * same address. An invitation reserves nothing: a sign-up may take the address first.
 */
@Entity('invitations')
// One open invitation for an address, so that a double click mails once.
@Index('invitations_open', ['emailKey'], { unique: true, where: 'accepted_at IS NULL' })
@Index('invitations_created_at', ['createdAt', 'id'])
@Index('invitations_expires_at', ['expiresAt'])
@Index('invitations_invited_by', ['invitedBy'])
@Index('invitations_api_key', ['apiKeyId'])
@Index('invitations_member', ['memberId'])
export class Invitation {
  @PrimaryColumn('uuid') id: string;
  @Column('text') email: string;
  @Column('text', { name: 'email_key' }) emailKey: string;
  @Column('text') role: Role;
  @Column('jsonb', { nullable: true }) attributes: AttributeValues | null;
  /** Language of its mails. */
  @Column('text') locale: MailLocale;
  /**
   * The administrator who vouches for the invitation. The invitation ends when that person is no
   * longer an active administrator, and is deleted with the member. Both this and `apiKeyId` are null
   * where the command line made the invitation.
   */
  @ForeignKey(() => Member, { name: 'invitations_invited_by_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'invited_by', nullable: true })
  invitedBy: string | null;
  @ForeignKey(() => ApiKey, { name: 'invitations_api_key_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'api_key_id', nullable: true })
  apiKeyId: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'mailed_at', default: () => 'now()' }) mailedAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'accepted_at', nullable: true }) acceptedAt: Date | null;
  /** Who accepted it. */
  @ForeignKey(() => Member, { name: 'invitations_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id', nullable: true })
  memberId: string | null;
}
