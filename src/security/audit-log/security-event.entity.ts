import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/**
 * One row of the audit: what happened, to whom, from where. Written in the same commit as the thing itself. Partitioned by
 * month of `at` (ADR 0020), so the key begins with `at`; `id` alone is unique all the same, by its sequence.
 */
@Entity('security_events')
@Index('security_events_member', ['memberId', 'id'])
@Index('security_events_member_at', ['memberId', 'at', 'id'])
@Index('security_events_type', ['type', 'at', 'id'])
// On what the details say; TypeORM has no words for that, so the migration alone describes it.
@Index('security_events_sign_up', { synchronize: false })
export class SecurityEvent {
  @PrimaryColumn('timestamptz', { default: () => 'now()' }) at: Date;
  @PrimaryGeneratedColumn('increment', { type: 'bigint' }) id: string;
  @Column('text') type: string;
  @Column('uuid', { name: 'member_id', nullable: true }) memberId: string | null;
  @Column('uuid', { name: 'session_id', nullable: true }) sessionId: string | null;
  /** The administrator who did it; null where people act for themselves. Where it came from is then that person's. */
  @Column('uuid', { name: 'actor_id', nullable: true }) actorId: string | null;
  @Column('text') ip: string;
  @Column('text', { name: 'user_agent' }) userAgent: string;
  @Column('text', { name: 'request_id' }) requestId: string;
  @Column('jsonb') details: Record<string, unknown>;
}
