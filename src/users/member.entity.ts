import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AttributeValues } from '../platform/attributes/member-attributes.js';
import type { Role } from '../platform/http/principal.js';
import type { MailLocale } from '../platform/i18n/mail-locale.js';

export type MemberStatus = 'active' | 'disabled' | 'closed';

/** An account whose mailbox is proven. Before that there is only a sign-up. */
@Entity('members')
@Index('members_login_id', ['loginId'], { unique: true })
@Index('members_closed_at', ['closedAt'], { where: 'closed_at IS NOT NULL' })
@Index('members_email_key', ['emailKey'], { unique: true })
@Index('members_created_at', ['createdAt', 'id'])
@Index('members_admins', ['createdAt', 'id'], { where: "role = 'admin'" })
@Index('members_inactive', ['status', 'createdAt', 'id'], { where: "status <> 'active'" })
// TypeORM cannot express an index of an expression, so only the migration defines it.
@Index('members_legacy_hash_scheme', { synchronize: false })
// For searches by prefix. TypeORM cannot express "text_pattern_ops", so only the migration defines
// them.
@Index('members_login_id_prefix', { synchronize: false })
@Index('members_email_key_prefix', { synchronize: false })
@Index('members_name_prefix', { synchronize: false })
export class Member {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'login_id' }) loginId: string;
  /** Whether an import made the login ID. The member may then choose another one, once. */
  @Column('boolean', { name: 'login_id_generated', default: false }) loginIdGenerated: boolean;
  /** The address as typed. All mail goes here. */
  @Column('text') email: string;
  /** The canonical form, by which addresses are compared; see `parseEmailAddress`. */
  @Column('text', { name: 'email_key' }) emailKey: string;
  /** Null for a member without a password: no password logs in, and a password reset sets one. */
  @Column('text', { name: 'password_hash', select: false, nullable: true }) passwordHash: string | null;
  /**
   * Increases with each new password and each demand for one. A request whose password was checked
   * at an older version is refused.
   */
  @Column('int', { name: 'password_version', default: 1 }) passwordVersion: number;
  @Column('boolean', { name: 'must_change_password', default: false }) mustChangePassword: boolean;
  @Column('text', { nullable: true }) name: string | null;
  @Column('text') locale: MailLocale;
  @Column('text', { default: 'member' }) role: Role;
  @Column('text', { default: 'active' }) status: MemberStatus;
  /** Also holds values that no longer fit their declaration. Null: none were ever set. */
  @Column('jsonb', { nullable: true }) attributes: AttributeValues | null;
  /** When the account was closed. It is erased some days later. */
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt: Date;
}
