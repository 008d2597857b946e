/** While a failure goes on, it is reported at most this often. */
const REPORT_EVERY_MS = 30_000;

/**
 * Keeps the log short while attempts fail again and again. Reports the first failure and each new
 * reason at once, and then at most one line with the count every 30 seconds.
 */
export class RepeatedFailure {
  private count = 0;
  private reportedMs = 0;
  private readonly reasons = new Set<string>();

  /** @param event the beginning of each line */
  constructor(
    private readonly event: string,
    private readonly report: (line: string) => void,
  ) {}

  record(reason: string): void {
    this.count += 1;
    const now = performance.now();
    if (this.reasons.has(reason) && now - this.reportedMs < REPORT_EVERY_MS) return;
    this.reasons.add(reason);
    this.reportedMs = now;
    this.report(`${this.event}${this.count === 1 ? '' : ` (${this.count} times)`}: ${reason}`);
  }

  /** Call it after each success; it reports the end of a failure. */
  clear(): void {
    if (this.count === 0) return;
    this.report(`${this.event}: over after ${this.count} ${this.count === 1 ? 'failure' : 'failures'}`);
    this.count = 0;
    this.reasons.clear();
  }
}
