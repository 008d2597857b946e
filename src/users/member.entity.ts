import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Role } from '../platform/http/principal.js';
import type { Locale } from '../platform/i18n/locale.js';

export type MemberStatus = 'active' | 'disabled' | 'closed';

/** An account whose mailbox is proven. There is no member before that, only a sign-up. */
@Entity('members')
@Index('members_login_id', ['loginId'], { unique: true })
@Index('members_closed_at', ['closedAt'], { where: 'closed_at IS NOT NULL' })
@Index('members_email_key', ['emailKey'], { unique: true })
@Index('members_created_at', ['createdAt', 'id'])
@Index('members_admins', ['createdAt', 'id'], { where: "role = 'admin'" })
@Index('members_inactive', ['status', 'createdAt', 'id'], { where: "status <> 'active'" })
// For searching by how they begin; TypeORM cannot say "text_pattern_ops", so the migration alone describes them.
@Index('members_login_id_prefix', { synchronize: false })
@Index('members_email_key_prefix', { synchronize: false })
@Index('members_name_prefix', { synchronize: false })
export class Member {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'login_id' }) loginId: string;
  /** The address as typed; mail goes here and nowhere else. */
  @Column('text') email: string;
  /** The form addresses are compared in; see `parseEmailAddress`. */
  @Column('text', { name: 'email_key' }) emailKey: string;
  @Column('text', { name: 'password_hash', select: false }) passwordHash: string;
  /** Grows with every password, and when a new one is demanded. What was checked at an older version is refused. */
  @Column('int', { name: 'password_version', default: 1 }) passwordVersion: number;
  @Column('boolean', { name: 'must_change_password', default: false }) mustChangePassword: boolean;
  @Column('text', { nullable: true }) name: string | null;
  @Column('text') locale: Locale;
  @Column('text', { default: 'member' }) role: Role;
  @Column('text', { default: 'active' }) status: MemberStatus;
  /** Since when the account is closed; it is erased some days later. */
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt: Date;
}
