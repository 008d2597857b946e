/** Counts of unsent rows of an outbox. */
export interface Backlog {
  /** May be sent now. */
  readonly due: number;
  /** Being sent, or waiting for a retry or for an earlier row. */
  readonly waiting: number;
  /** Given up, and retryable. */
  readonly dead: number;
  /**
   * Age of the oldest row without an attempt; 0 if there is none. Retries are not counted: one row
   * that fails again and again would hide the rest.
   */
  readonly oldestSeconds: number;
}
