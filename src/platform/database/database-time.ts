import { Raw, type FindOperator } from 'typeorm';

/*
 * The database's clock in TypeORM's terms. Expiry, cooldowns and grace periods are decided by this
 * clock, because the clocks of several servers differ.
 */

/** A value to write: the start of the transaction. */
export const now = (): string => 'now()';

/** A value to write: that many seconds after the start of the transaction. */
export const inSeconds =
  (seconds: number): (() => string) =>
  () =>
    `now() + make_interval(secs => ${Number(seconds)})`;

/** A condition: the column's time has not come yet. */
export const isInFuture = (): FindOperator<Date> => Raw((column) => `${column} > now()`) as FindOperator<Date>;

/** A time span that ends now or earlier, in seconds before now. */
export interface PastPeriod {
  readonly sinceSecondsAgo: number;
  /** Absent: no upper limit, so rows of transactions that began after this one count too. */
  readonly untilSecondsAgo?: number;
}

/** A condition: the column's time lies within this period. */
export const isWithin = ({ sinceSecondsAgo: since, untilSecondsAgo: until }: PastPeriod): FindOperator<Date> =>
  Raw(
    (column) =>
      `${column} > now() - make_interval(secs => :since)` +
      (until === undefined ? '' : ` AND ${column} <= now() - make_interval(secs => :until)`),
    { since, until },
  ) as FindOperator<Date>;
