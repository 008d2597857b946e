import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** A device that has logged in before and can show it by its device token: an attacker's failures elsewhere do not slow it down. */
@Entity('devices')
@Index('devices_token', ['tokenDigest'], { unique: true })
@Index('devices_member', ['memberId'])
@Index('devices_last_seen_at', ['lastSeenAt'])
export class Device {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'devices_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  @Column('bytea', { name: 'token_digest' }) tokenDigest: Buffer;
  @Column('text', { nullable: true }) name: string | null;
  /** What it looked like last, for recognising it when it lost its token: enough to spare its owner a mail, not to trust it. */
  @Column('text', { name: 'user_agent', default: '' }) userAgent: string;
  @Column('text', { default: '' }) network: string;
  @Column('timestamptz', { name: 'first_seen_at', default: () => 'now()' }) firstSeenAt: Date;
  @Column('timestamptz', { name: 'last_seen_at', default: () => 'now()' }) lastSeenAt: Date;
}
