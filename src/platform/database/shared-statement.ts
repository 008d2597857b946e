import DataLoader from 'dataloader';

/** A statement for more keys would be slower than two statements. */
const MAX_BATCH = 100;

/**
 * Batches calls within one turn of the event loop into one statement. Under load that is one round
 * trip and one commit instead of dozens; a single call costs the same as without it. Results are
 * not cached: the statement always runs after the call.
 */
export class SharedStatement<Key, Result> {
  private readonly loader: DataLoader<Key, Result>;

  /**
   * @param runBatch returns the results in the order of the keys; when it throws, all calls of the
   *   batch throw
   */
  constructor(runBatch: (keys: readonly Key[]) => Promise<readonly Result[]>) {
    this.loader = new DataLoader((keys) => runBatch(keys), {
      cache: false,
      maxBatchSize: MAX_BATCH,
      // After all requests that arrived in this turn of the event loop.
      batchScheduleFn: (runNow) => setImmediate(runNow),
    });
  }

  async run(key: Key): Promise<Result> {
    return this.loader.load(key);
  }
}
