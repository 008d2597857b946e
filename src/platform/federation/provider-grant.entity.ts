import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a provider hands out once for an account: its refresh token, and at Apple the person's name. */
@Entity('provider_grants')
@Index('provider_grants_obtained_at', ['obtainedAt'])
export class StoredGrant {
  @PrimaryColumn('text') provider: string;
  @PrimaryColumn('text') subject: string;
  /** The refresh token and its client, encrypted: with it, an attacker could act at the provider. */
  @Column('bytea', { nullable: true }) sealed: Buffer | null;
  /** Id of the master secret that `sealed` needs. */
  @Column('text', { name: 'sealed_by', nullable: true }) sealedBy: string | null;
  @Column('text', { nullable: true }) name: string | null;
  /** `infinity` once a purge has found that the account is linked. */
  @Column('timestamptz', { name: 'obtained_at', default: () => 'now()' }) obtainedAt: Date;
}
