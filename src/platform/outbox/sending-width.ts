/** Rows that a dispatcher may send at once. */
export interface WidthSettings {
  readonly max: number;
  /** Send one row at a time, and one more for each `rowsPerStep` rows of a backlog. Default: always `max`. */
  readonly rowsPerStep?: number;
}

/**
 * Decides how many rows are sent at once. After a process is killed, the rows that it was sending are
 * sent again, although their receiver may have them. So few rows are sent at once while the queue is
 * short, and many only to empty a long queue (EV-01).
 */
export class SendingWidth {
  /** Rows claimed since a claim found fewer than it asked for. */
  private backlog = 0;

  constructor(private readonly settings: WidthSettings) {}

  get now(): number {
    const { max, rowsPerStep } = this.settings;
    return rowsPerStep === undefined ? max : Math.min(max, 1 + Math.floor(this.backlog / rowsPerStep));
  }

  /** A claim asked for up to `asked` rows and found `claimed`. */
  noteClaim(asked: number, claimed: number): void {
    this.backlog = claimed < asked ? 0 : this.backlog + claimed;
  }

  /** Begins with one at a time again. */
  reset(): void {
    this.backlog = 0;
  }
}
