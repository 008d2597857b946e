/** Waiting time before the next attempt: doubles with each failure, with jitter to spread retries over time. */
export class Backoff {
  constructor(
    private readonly firstSeconds: number,
    private readonly longestSeconds: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** @returns seconds to wait after this many failures in a row */
  after(failures: number): number {
    const seconds = Math.min(this.firstSeconds * 2 ** (failures - 1), this.longestSeconds);
    return seconds * (0.5 + this.random() / 2);
  }
}
