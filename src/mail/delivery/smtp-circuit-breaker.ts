import type { Backoff } from './smtp-failure.js';

/**
 * Leaves a mail server that is away in peace: after a failure nothing is sent for a while, then one mail finds out whether
 * it is back. So an outage costs few attempts however many mails wait, and all of them go out soon after it ends (FT-03).
 */
export class SmtpCircuitBreaker {
  private failures = 0;
  private untilMs = 0;

  constructor(
    private readonly backoff: Backoff,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** 0 when there is no pause, or it is over. */
  get remainingMs(): number {
    return Math.max(0, this.untilMs - this.now());
  }

  /** Whether the server has not been seen working since it last failed: then one mail is enough to try with. */
  get isDoubtful(): boolean {
    return this.failures > 0;
  }

  failed(): void {
    // Mails that were under way together fail together; that is one failure.
    if (this.remainingMs > 0) return;
    this.failures += 1;
    this.untilMs = this.now() + this.backoff.after(this.failures) * 1000;
  }

  worked(): void {
    this.failures = 0;
    this.untilMs = 0;
  }
}
