import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/**
 * A device on which a member logged in before; its device token identifies it. Wrong passwords are
 * counted for each known device on its own, so that an attacker's failures elsewhere do not lock
 * the member out of it.
 */
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
  /**
   * User agent and network of the last login. They recognise a device that lost its token: enough
   * to spare the member a mail about a new device, not enough to trust it.
   */
  @Column('text', { name: 'user_agent', default: '' }) userAgent: string;
  @Column('text', { default: '' }) network: string;
  @Column('timestamptz', { name: 'first_seen_at', default: () => 'now()' }) firstSeenAt: Date;
  @Column('timestamptz', { name: 'last_seen_at', default: () => 'now()' }) lastSeenAt: Date;
}
