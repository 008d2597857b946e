import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** What a member has been mailed about: one signal of one device, so that it is mailed about once. */
@Entity('risk_notices')
@Index('risk_notices_noticed_at', ['noticedAt'])
export class RiskNotice {
  @ForeignKey(() => Member, { name: 'risk_notices_member_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'member_id' })
  memberId: string;
  /** The id of a known device, or a digest of what an unknown one looks like. */
  @PrimaryColumn('text') device: string;
  /** With the country where it is about one: the next country is news again. */
  @PrimaryColumn('text') signal: string;
  @Column('timestamptz', { name: 'noticed_at', default: () => 'now()' }) noticedAt: Date;
}
