import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../users/member.entity.js';
import type { SessionEndReason } from '../security/audit-log/security-events.js';

/**
 * How the client receives the refresh token: in the body, or in a cookie that scripts cannot read.
 */
export type TokenTransport = 'body' | 'cookie';

/** What a login or reauthentication began with. A sign-up counts as federated if it links an account at a provider. */
export type FirstFactor = 'password' | 'passkey' | 'federated';

/** A second factor that a member proved in a session. A recovery code stands in for a lost one. */
export type ProvenFactor = 'passkey' | 'totp' | 'recovery-code';

/**
 * What a key binds: the refresh token alone, or the access tokens as well (RFC 9449).
 */
export type SessionBinding = 'refresh' | 'full';

/** The client's key that a session is bound to. */
export interface SessionKey {
  /** Of its public JWK (RFC 7638). */
  readonly thumbprint: string;
  readonly binding: SessionBinding;
}

/**
 * One signed-in device. Its refresh token is not stored: the token names this row and a generation,
 * and only the current generation can be exchanged.
 */
@Entity('sessions')
@Index('sessions_of_member', ['memberId', 'endedAt'])
// Not on idle_expires_at: every refresh changes it, and an index would make each refresh write
// more.
@Index('sessions_absolute_expires_at', ['absoluteExpiresAt'])
export class Session {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'sessions_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  @Column('uuid', { name: 'device_id', nullable: true }) deviceId: string | null;
  /** How often the refresh token was rotated. */
  @Column('int', { default: 0 }) generation: number;
  @Column('text') transport: TokenTransport;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'rotated_at', default: () => 'now()' }) rotatedAt: Date;
  @Column('timestamptz', { name: 'idle_expires_at' }) idleExpiresAt: Date;
  @Column('timestamptz', { name: 'absolute_expires_at' }) absoluteExpiresAt: Date;
  /** When the member last authenticated in this session; 1970 if the risk rules demand a new authentication. */
  @Column('timestamptz', { name: 'authenticated_at', default: () => 'now()' }) authenticatedAt: Date;
  /** What that authentication began with; null in sessions of 1.0. */
  @Column('text', { name: 'first_factor', nullable: true }) firstFactor: FirstFactor | null;
  /** Whether a login at a provider ever opened or confirmed this session. Other authentications do not reset it. */
  @Column('boolean', { name: 'at_provider', default: false }) atProvider: boolean;
  /**
   * The second factor that the member proved last in this session, and when. An authentication without a
   * second factor sets `secondFactor` to null, unless the earlier factor is recent.
   */
  @Column('text', { name: 'second_factor', nullable: true }) secondFactor: ProvenFactor | null;
  @Column('timestamptz', { name: 'second_factor_at', nullable: true }) secondFactorAt: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  @Column('text', { name: 'end_reason', nullable: true }) endReason: SessionEndReason | null;
  @Column('text', { name: 'device_name', nullable: true }) deviceName: string | null;
  /** From the last login or refresh, like `ip`. A late replay is compared with both. */
  @Column('text', { name: 'user_agent' }) userAgent: string;
  @Column('text') ip: string;
  /**
   * `ip` and `rotated_at` before the last refresh. The risk rules compare them with the values of the
   * refresh.
   */
  @Column('text', { name: 'previous_ip', nullable: true }) previousIp: string | null;
  @Column('timestamptz', { name: 'previous_rotated_at', nullable: true }) previousRotatedAt: Date | null;
  /**
   * Start of the window in which refreshes are counted, and their number: many in a short time
   * indicate abuse.
   */
  @Column('timestamptz', { name: 'burst_since', nullable: true }) burstSince: Date | null;
  @Column('int', { name: 'burst_refreshes', default: 0 }) burstRefreshes: number;
  /** The key whose proof each refresh needs; null for a session that is not bound. */
  @Column('text', { name: 'key_thumbprint', nullable: true }) keyThumbprint: string | null;
  @Column('text', { nullable: true }) binding: SessionBinding | null;
  /**
   * The last generation in which a late replay was admitted, the time of the first late replay in it,
   * and how many generations in a row had late replays.
   */
  @Column('int', { name: 'late_replay_generation', nullable: true }) lateReplayGeneration: number | null;
  @Column('timestamptz', { name: 'late_replayed_at', nullable: true }) lateReplayedAt: Date | null;
  @Column('int', { name: 'late_replays', default: 0 }) lateReplays: number;
}
