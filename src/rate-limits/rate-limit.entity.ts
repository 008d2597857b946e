import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The table of rate-limiter-flexible, described here so that migrations and drift test know it; only the library reads or writes it. */
@Entity('rate_limits')
export class RateLimit {
  @PrimaryColumn('varchar', { length: 255 }) key: string;
  @Column('integer', { default: 0 }) points: number;
  @Column('bigint', { nullable: true }) expire: string | null;
}
