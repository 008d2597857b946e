import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Event } from '../log/event.entity.js';

/**
 * - `pending`: waits or is being sent
 * - `sent`: the receiver answered with a 2xx
 * - `dead`: given up after three days, or when its webhook was switched off because it failed
 */
export const DELIVERY_STATUSES = ['pending', 'sent', 'dead'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event for one webhook, committed together with the event. */
@Entity('event_deliveries')
@Index('event_deliveries_event', ['eventId'])
@Index('event_deliveries_fresh', ['webhookId', 'eventId'], { where: "status = 'pending' AND attempts = 0" })
@Index('event_deliveries_failed', ['webhookId', 'availableAt'], { where: "status = 'pending' AND attempts > 0" })
@Index('event_deliveries_order', ['webhookId', 'memberId', 'eventId'], { where: "status = 'pending'" })
@Index('event_deliveries_list', ['webhookId', 'createdAt', 'id'])
@Index('event_deliveries_unsent', ['webhookId', 'status', 'createdAt', 'id'], { where: "status <> 'sent'" })
export class EventDelivery {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Event, { name: 'event_deliveries_event_fk', onDelete: 'CASCADE' })
  @Column('bigint', { name: 'event_id' })
  eventId: string;
  /** No foreign key: with one, each transaction that writes an event would lock the row of the webhook. */
  @Column('uuid', { name: 'webhook_id' }) webhookId: string;
  /** The member of the event, copied because deliveries of one member wait for each other. */
  @Column('uuid', { name: 'member_id', nullable: true }) memberId: string | null;
  @Column('text', { default: 'pending' }) status: DeliveryStatus;
  @Column('int', { default: 0 }) attempts: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  /** When the next attempt may begin. During an attempt: the end of the sending process's lease. */
  @Column('timestamptz', { name: 'available_at', default: () => 'now()' }) availableAt: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
  @Column('text', { name: 'last_error', nullable: true }) lastError: string | null;
}
