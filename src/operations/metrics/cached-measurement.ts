/** The database is queried at most once in this time, however often the metrics are scraped. */
const MAX_AGE_MS = 5_000;

/** A measurement that only the database can answer, cached for a few seconds. */
export class CachedMeasurement<T> {
  private measuredAtMs = Number.NEGATIVE_INFINITY;
  private latest: Promise<T | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly measure: () => Promise<T>,
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** Returns undefined if the database could not be queried. */
  read(): Promise<T | undefined> {
    if (performance.now() - this.measuredAtMs > MAX_AGE_MS) {
      this.measuredAtMs = performance.now();
      this.latest = this.measure().catch((error: unknown) => {
        this.onFailure(error as Error);
        return undefined;
      });
    }
    return this.latest;
  }
}
