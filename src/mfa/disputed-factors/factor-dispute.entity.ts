import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/**
 * A report that an account is compromised, because of which second factors that were set up shortly
 * before it are removed after a wait. Until then logins still need a second factor. The right password
 * together with a factor ends the dispute, and the factors stay.
 */
@Entity('factor_disputes')
export class FactorDispute {
  @ForeignKey(() => Member, { name: 'factor_disputes_member_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'member_id' })
  memberId: string;
  /** Factors set up between this time and the report are disputed. */
  @Column('timestamptz', { name: 'disputed_since' }) disputedSince: Date;
  @Column('timestamptz', { name: 'reported_at', default: () => 'now()' }) reportedAt: Date;
  /** When the disputed factors may be removed. */
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
}
