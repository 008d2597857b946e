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

/** A condition: the column's time lies within the last `seconds`. */
export const isWithinLast = (seconds: number): FindOperator<Date> =>
  Raw((column) => `${column} > now() - make_interval(secs => :seconds)`, { seconds }) as FindOperator<Date>;
