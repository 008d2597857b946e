import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** One signal of one device that the member got a mail about, so that there is no second mail. */
@Entity('risk_notices')
@Index('risk_notices_noticed_at', ['noticedAt'])
export class RiskNotice {
  @ForeignKey(() => Member, { name: 'risk_notices_member_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'member_id' })
  memberId: string;
  /** The id of a known device, or a digest of the browser and network of an unknown one. */
  @PrimaryColumn('text') device: string;
  /**
   * The signal, with its country if it concerns one: another country is news again. For a
   * session that was ended, `end` and its id; for refused logins, `end login`.
   */
  @PrimaryColumn('text') signal: string;
  @Column('timestamptz', { name: 'noticed_at', default: () => 'now()' }) noticedAt: Date;
}
