import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../users/member.entity.js';
import type { SessionEndReason } from '../security/audit-log/security-events.js';

/** How the refresh token travels: in the body, or in a cookie that scripts cannot read. */
export type TokenTransport = 'body' | 'cookie';

/** One signed-in device. Its refresh token is not stored: it names this row and a generation, and only the current one rotates. */
@Entity('sessions')
@Index('sessions_of_member', ['memberId', 'endedAt'])
// Not on the idle expiry: every refresh moves that one, and an index on it would make each refresh write more.
@Index('sessions_absolute_expires_at', ['absoluteExpiresAt'])
export class Session {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'sessions_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  @Column('uuid', { name: 'device_id', nullable: true }) deviceId: string | null;
  /** How often the refresh token has rotated. */
  @Column('int', { default: 0 }) generation: number;
  @Column('text') transport: TokenTransport;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'rotated_at', default: () => 'now()' }) rotatedAt: Date;
  @Column('timestamptz', { name: 'idle_expires_at' }) idleExpiresAt: Date;
  @Column('timestamptz', { name: 'absolute_expires_at' }) absoluteExpiresAt: Date;
  /** When its owner last showed a password or a second factor. */
  @Column('timestamptz', { name: 'authenticated_at', default: () => 'now()' }) authenticatedAt: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  @Column('text', { name: 'end_reason', nullable: true }) endReason: SessionEndReason | null;
  @Column('text', { name: 'device_name', nullable: true }) deviceName: string | null;
  @Column('text', { name: 'user_agent' }) userAgent: string;
  @Column('text') ip: string;
  /** What `ip` and `rotated_at` were before the last refresh, so that the refresh itself can tell whether the session moved. */
  @Column('text', { name: 'previous_ip', nullable: true }) previousIp: string | null;
  @Column('timestamptz', { name: 'previous_rotated_at', nullable: true }) previousRotatedAt: Date | null;
  /** Since when refreshes are counted, and how many there were: too many in a short time are a sign of abuse. */
  @Column('timestamptz', { name: 'burst_since', nullable: true }) burstSince: Date | null;
  @Column('int', { name: 'burst_refreshes', default: 0 }) burstRefreshes: number;
}
