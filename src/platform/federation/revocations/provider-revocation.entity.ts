import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A permission at a provider that is to be taken back there. Names no member, because the member may be erased. */
@Entity('provider_revocations')
@Index('provider_revocations_due', ['availableAt'], { where: `status = 'pending'` })
@Index('provider_revocations_created_at', ['createdAt'])
export class ProviderRevocation {
  @PrimaryColumn('uuid') id: string;
  @Column('text') provider: string;
  /** Erased as soon as the row is closed, except for a dead one, which an operator may retry. */
  @Column('text') subject: string;
  /** As in the grant; null where the provider needs none. */
  @Column('bytea', { nullable: true }) sealed: Buffer | null;
  @Column('text', { default: 'pending' }) status: 'pending' | 'sent' | 'dead' | 'dropped';
  @Column('int', { default: 0 }) attempts: number;
  @Column('timestamptz', { name: 'available_at', default: () => 'now()' }) availableAt: Date;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
  @Column('text', { name: 'last_error', nullable: true }) lastError: string | null;
}
