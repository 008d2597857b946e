import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EventType } from '../events.js';

/** A receiver of events: a URL of the product's own backend. */
@Entity('webhooks')
export class Webhook {
  @PrimaryColumn('uuid') id: string;
  @Column('text') url: string;
  /** The events that it receives. */
  @Column('text', { array: true }) types: EventType[];
  @Column('text', { nullable: true }) description: string | null;
  @Column('boolean', { default: true }) enabled: boolean;
  /** Signs deliveries; encrypted with a key outside the database. */
  @Column('bytea', { select: false }) secret: Buffer;
  /** Signs deliveries too until `previousSecretUntil`. A receiver can start to use the new secret at any time before then. */
  @Column('bytea', { name: 'previous_secret', nullable: true, select: false }) previousSecret: Buffer | null;
  @Column('timestamptz', { name: 'previous_secret_until', nullable: true }) previousSecretUntil: Date | null;
  /** Id of the master secret that both secrets are encrypted with. */
  @Column('text', { name: 'sealed_by', select: false }) sealedBy: string;
  /** The first failure since the last success. */
  @Column('timestamptz', { name: 'failing_since', nullable: true }) failingSince: Date | null;
  /** Set if the service has disabled it, because it failed for too long. */
  @Column('timestamptz', { name: 'switched_off_at', nullable: true }) switchedOffAt: Date | null;
  /** A delivery that was waiting before this time is given up three days after this time. */
  @Column('timestamptz', { name: 'enabled_at', default: () => 'now()' }) enabledAt: Date;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
}
