import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { FirstFactor, ProvenFactor, TokenTransport } from '../../sessions/session.entity.js';
import { Member } from '../../users/member.entity.js';
import type { AwaitedStep } from './mfa-challenges.repository.js';

/**
 * A login whose password was right and that awaits its second factor, or whose factors all matched
 * and that awaits a consent: the row behind one mfa or terms token.
 */
@Entity('mfa_challenges')
@Index('mfa_challenges_expires_at', ['expiresAt'])
@Index('mfa_challenges_member', ['memberId'])
export class MfaChallenge {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'mfa_challenges_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  /**
   * The version of the password that was checked. If it has changed since, the login is refused.
   */
  @Column('int', { name: 'password_version' }) passwordVersion: number;
  /**
   * The known device of the first step, and what the client sent about itself with the password.
   */
  @Column('uuid', { name: 'device_id', nullable: true }) deviceId: string | null;
  @Column('text', { name: 'device_name', nullable: true }) deviceName: string | null;
  @Column('text') transport: TokenTransport;
  /**
   * Wrong passwords in a row before the right one; the risk rules assess them when the session
   * opens.
   */
  @Column('int', { name: 'password_failures', default: 0 }) passwordFailures: number;
  @Column('text', { name: 'first_factor', default: 'password' }) firstFactor: FirstFactor;
  /** The second factor that a login proved which awaits a consent; else null. */
  @Column('text', { name: 'proven_factor', nullable: true }) provenFactor: ProvenFactor | null;
  /** Null in rows that a server of the version before wrote. */
  @Column('text', { nullable: true }) awaits: AwaitedStep | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'spent_at', nullable: true }) spentAt: Date | null;
}
