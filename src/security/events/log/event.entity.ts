import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An event for the product's own backend, committed together with its cause. */
@Entity('events')
@Index('events_position', ['position'], { unique: true })
@Index('events_unpositioned', ['id'], { where: 'position IS NULL' })
@Index('events_member', ['memberId', 'id'])
@Index('events_occurred_at', ['occurredAt'])
export class Event {
  /** Increases with each event of one member; the events of others may commit in another order. */
  @PrimaryGeneratedColumn('increment', { type: 'bigint' }) id: string;
  @Column('text') type: string;
  /** Null for a test of a webhook. */
  @Column('uuid', { name: 'member_id', nullable: true }) memberId: string | null;
  @Column('timestamptz', { name: 'occurred_at', default: () => 'clock_timestamp()' }) occurredAt: Date;
  @Column('jsonb') data: Record<string, unknown>;
  /**
   * The place in the log, assigned after the commit by the first reader. An id is taken before the
   * commit, so a reader that went by ids could pass one that commits later.
   */
  @Column('bigint', { nullable: true }) position: string | null;
}
