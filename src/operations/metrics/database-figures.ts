/** However often somebody asks for the metrics, the database is not asked more often than this. */
const MAX_AGE_MS = 5_000;

/** Figures that only the database knows. */
export class DatabaseFigures<T> {
  private readAtMs = Number.NEGATIVE_INFINITY;
  private latest: Promise<T | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly measure: () => Promise<T>,
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** Undefined where the database did not say. */
  read(): Promise<T | undefined> {
    if (performance.now() - this.readAtMs > MAX_AGE_MS) {
      this.readAtMs = performance.now();
      this.latest = this.measure().catch((error: unknown) => {
        this.onFailure(error as Error);
        return undefined;
      });
    }
    return this.latest;
  }
}
