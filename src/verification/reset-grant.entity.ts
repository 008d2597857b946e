import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../users/member.entity.js';

/** The row behind one reset token. The token is good until this row is spent, voided or expired. */
@Entity('reset_grants')
@Index('reset_grants_member', ['memberId'])
@Index('reset_grants_expires_at', ['expiresAt'])
export class ResetGrant {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'reset_grants_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  /**
   * The version of the password that may be replaced. A password change in between makes the grant
   * useless.
   */
  @Column('int', { name: 'password_version' }) passwordVersion: number;
  /**
   * The member's address when the grant was issued. The grant ends when the address changes (CC-10).
   * Null in rows of version 1.0.
   */
  @Column('text', { name: 'email_key', nullable: true }) emailKey: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'spent_at', nullable: true }) spentAt: Date | null;
  @Column('timestamptz', { name: 'voided_at', nullable: true }) voidedAt: Date | null;
}
