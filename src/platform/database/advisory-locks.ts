/*
 * Every advisory lock there is. Numbers alone tell locks apart, in all of one database: two things with one number would wait
 * for each other. They stay as they are, because during an upgrade processes of two versions run beside each other.
 */

/** Locks that are one number. */
export const LOCKS = {
  migration: 7_463_541,
  administrators: 7_463_542,
  reEncryption: 7_463_543,
} as const;

/** The first of two numbers; the second one says which of its kind. PostgreSQL keeps these apart from locks of one number. */
export const LOCK_KINDS = {
  proofAddress: 1,
  eventPartitions: 2,
} as const;
