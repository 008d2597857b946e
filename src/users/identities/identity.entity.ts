import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../member.entity.js';

/** An account at a provider with which a member logs in. */
@Entity('identities')
@Index('identities_provider_subject', ['provider', 'subject'], { unique: true })
@Index('identities_member', ['memberId'])
export class Identity {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'identities_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  @Column('text') provider: string;
  /** The provider's id of the account. */
  @Column('text') subject: string;
  /** The address that the provider named when the account was linked. It is only shown, and never used to find an account. */
  @Column('text', { nullable: true }) email: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
}
