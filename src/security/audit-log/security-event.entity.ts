import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/**
 * One entry of the audit log, committed together with its cause. The table is partitioned by month
 * of `at` (ADR 0020), so the primary key begins with `at`. `id` comes from one sequence, so it is
 * unique across partitions.
 */
@Entity('security_events')
@Index('security_events_member', ['memberId', 'id'])
@Index('security_events_member_at', ['memberId', 'at', 'id'])
@Index('security_events_type', ['type', 'at', 'id'])
// An index on details. TypeORM cannot express it, so only the migration defines it.
@Index('security_events_sign_up', { synchronize: false })
export class SecurityEvent {
  @PrimaryColumn('timestamptz', { default: () => 'now()' }) at: Date;
  @PrimaryGeneratedColumn('increment', { type: 'bigint' }) id: string;
  @Column('text') type: string;
  @Column('uuid', { name: 'member_id', nullable: true }) memberId: string | null;
  @Column('uuid', { name: 'session_id', nullable: true }) sessionId: string | null;
  /**
   * The administrator who acted; `ip` and `userAgent` are then the administrator's. Null if no
   * administrator acted.
   */
  @Column('uuid', { name: 'actor_id', nullable: true }) actorId: string | null;
  /** The API key that acted, instead of an administrator. */
  @Column('uuid', { name: 'api_key_id', nullable: true }) apiKeyId: string | null;
  @Column('text') ip: string;
  @Column('text', { name: 'user_agent' }) userAgent: string;
  @Column('text', { name: 'request_id' }) requestId: string;
  @Column('jsonb') details: Record<string, unknown>;
}
