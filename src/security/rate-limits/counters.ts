/** The state of one counting window. */
export interface Count {
  readonly points: number;
  /** Milliseconds until the window ends. */
  readonly msLeft: number;
}

/** Counts by key, in windows that begin with the first count. All replicas share the counts. */
export abstract class Counters {
  /** Adds one and returns the sum in one step, so that parallel requests cannot exceed a limit. */
  abstract add(key: string, windowMs: number): Promise<Count>;
  /** Reads without counting. Null when the key has no current window. */
  abstract read(key: string): Promise<Count | null>;
  /** Subtracts one, never below zero. */
  abstract refund(key: string): Promise<void>;
  abstract delete(key: string): Promise<void>;
}
