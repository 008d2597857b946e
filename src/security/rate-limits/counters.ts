/** The state of one counting window. */
export interface Count {
  readonly points: number;
  /** Milliseconds until the window ends. */
  readonly msLeft: number;
}

/** The state of a window after an attempt to add a point below a limit. */
export interface TakenCount extends Count {
  readonly isTaken: boolean;
}

/** One point of a window. */
export interface Take {
  readonly key: string;
  readonly windowMs: number;
  /** Null reads the window and takes nothing. */
  readonly limit: number | null;
}

/** The state of several windows after an attempt to take a point of each. */
export interface TakenCounts {
  readonly isTaken: boolean;
  /** In the order of the windows; null for a key without a current window. */
  readonly counts: readonly (Count | null)[];
}

/**
 * Whether a count must survive a crash of the database. A count of guesses at secrets must. If the
 * loss of a count only allows one more mail, the request need not wait for the disk.
 */
export type Durability = 'lasting' | 'losable';

/** Counts by key, in windows that begin with the first count. All replicas share the counts. */
export abstract class Counters {
  /** Adds one, whatever the sum is. */
  abstract add(key: string, windowMs: number, durability?: Durability): Promise<Count>;
  /**
   * Adds one if the sum stays within the limit, in one step, so that parallel requests cannot
   * exceed it. A refusal adds nothing: refused requests must not use up what a later refund or
   * another request needs (BF-09).
   * @param limit at least 1
   */
  abstract take(key: string, windowMs: number, limit: number, durability?: Durability): Promise<TakenCount>;
  /** As {@link take} for several windows, in one step: takes a point of each, or of none. */
  abstract takeAll(takes: readonly Take[], durability?: Durability): Promise<TakenCounts>;
  /** Reads without counting, in the order of the keys. Null for a key without a current window. */
  abstract readAll(keys: readonly string[]): Promise<(Count | null)[]>;
  /**
   * Subtracts one, never below zero.
   * @returns whether there was one to subtract
   */
  abstract subtract(key: string): Promise<boolean>;
  abstract delete(key: string): Promise<void>;
}
