import type { Backoff } from './backoff.js';

/**
 * Decides when its user may send to a server that fails. Open: nothing is sent until a backoff has
 * passed. Half-open: one attempt tests the server. An outage then costs few attempts, however many
 * rows wait, and all rows are sent soon after it ends (FT-03).
 */
export class CircuitBreaker {
  private failures = 0;
  private openUntilMs = 0;

  constructor(
    private readonly backoff: Backoff,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Milliseconds until the next attempt may begin; 0 unless open. */
  get remainingMs(): number {
    return Math.max(0, this.openUntilMs - this.now());
  }

  /** Whether the backoff has passed but no attempt has succeeded since the server failed. */
  get isHalfOpen(): boolean {
    return this.failures > 0 && this.remainingMs === 0;
  }

  /** The server failed: opens for the backoff of so many failures in a row. */
  trip(): void {
    // Attempts in flight together fail together; they count as one failure.
    if (this.remainingMs > 0) return;
    this.failures += 1;
    this.openUntilMs = this.now() + this.backoff.after(this.failures) * 1000;
  }

  /** The server works: the next attempts need not wait. */
  close(): void {
    this.failures = 0;
    this.openUntilMs = 0;
  }
}
