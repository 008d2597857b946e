import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../users/member.entity.js';

/** The row behind one reset token: the token is good as long as this row is neither spent nor voided nor expired. */
@Entity('reset_grants')
@Index('reset_grants_member', ['memberId'])
@Index('reset_grants_expires_at', ['expiresAt'])
export class ResetGrant {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'reset_grants_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  /** The password it may replace. A change that came in between has moved on from it, and the grant is void. */
  @Column('int', { name: 'password_version' }) passwordVersion: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'spent_at', nullable: true }) spentAt: Date | null;
  @Column('timestamptz', { name: 'voided_at', nullable: true }) voidedAt: Date | null;
}
