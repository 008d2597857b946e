/** The state of one window. */
export interface Count {
  readonly points: number;
  /** Milliseconds until the window ends. */
  readonly msLeft: number;
}

/** Counts by key in windows that begin with the first count; shared by all replicas. */
export abstract class Counters {
  /** Adds one and answers with the sum, in one step, so that parallel requests cannot overrun a limit. */
  abstract add(key: string, windowMs: number): Promise<Count>;
  /** Looks without counting; null where no window is open. */
  abstract read(key: string): Promise<Count | null>;
  /** Takes one back. */
  abstract takeBack(key: string): Promise<void>;
  abstract delete(key: string): Promise<void>;
}
