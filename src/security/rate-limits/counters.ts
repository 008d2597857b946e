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

/** Counts by key, in windows that begin with the first count. All replicas share the counts. */
export abstract class Counters {
  /** Adds one, whatever the sum is. */
  abstract add(key: string, windowMs: number): Promise<Count>;
  /**
   * Adds one if the sum stays within the limit, in one step, so that parallel requests cannot
   * exceed it. A refusal adds nothing: refused requests must not use up what a later refund or
   * another request needs (BF-09).
   * @param limit at least 1
   */
  abstract take(key: string, windowMs: number, limit: number): Promise<TakenCount>;
  /** Reads without counting, in the order of the keys. Null for a key without a current window. */
  abstract readAll(keys: readonly string[]): Promise<(Count | null)[]>;
  /**
   * Subtracts one, never below zero.
   * @returns whether there was one to subtract
   */
  abstract subtract(key: string): Promise<boolean>;
  abstract delete(key: string): Promise<void>;
}
