import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/**
 * A report by which the second factors that were set up shortly before it are to be removed later.
 * Until then logins still need one of them; a password and one of them end the dispute.
 */
@Entity('factor_disputes')
export class FactorDispute {
  @ForeignKey(() => Member, { name: 'factor_disputes_member_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'member_id' })
  memberId: string;
  /** Factors set up from here on, and until the report, are disputed. */
  @Column('timestamptz', { name: 'disputed_since' }) disputedSince: Date;
  @Column('timestamptz', { name: 'reported_at', default: () => 'now()' }) reportedAt: Date;
  /** When the disputed factors may be removed. */
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
}
