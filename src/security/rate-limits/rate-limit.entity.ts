import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One counter of one limit: the points in its current window. */
@Entity('rate_limits')
@Index('rate_limits_expire', ['expire'])
export class RateLimit {
  /** Name of the limit and keyed digest of its subject. */
  @PrimaryColumn('varchar', { length: 255 }) key: string;
  @Column('integer', { default: 0 }) points: number;
  /** End of the window: milliseconds since 1970 by the database's clock. Never null, which the column allows. */
  @Column('bigint', { nullable: true }) expire: string | null;
}
