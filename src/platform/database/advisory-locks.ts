/*
 * All advisory locks. A number identifies a lock within one database: two uses of one number would
 * block each other. Never change a number, because processes of two versions run side by side
 * during an upgrade.
 */

/** Locks of one number. */
export const LOCKS = {
  migration: 7_463_541,
  administrators: 7_463_542,
  reEncryption: 7_463_543,
  eventPositions: 7_463_544,
  memberImport: 7_463_561,
} as const;

/**
 * The first number of locks that have two numbers; the second number selects one lock of the kind.
 * Locks of two numbers never collide with locks of one.
 */
export const LOCK_KINDS = {
  challengeAddress: 1,
  eventPartitions: 2,
} as const;
