/** A statement for more keys would be slower than two statements. */
const MAX_BATCH = 100;
/** More than one, so that a call need not wait for a statement that began just before it. */
const MAX_RUNNING = 4;

interface Call<Key> {
  readonly key: Key;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs a statement for each call at once while fewer than `maxRunning` statements run. Later
 * calls wait and share the next statement. For results that must be stored soon: SharedStatement
 * would first wait for the end of the turn of the event loop.
 */
export class PromptStatement<Key> {
  private readonly waiting: Call<Key>[] = [];
  private running = 0;

  /**
   * @param runBatch when it throws, all calls of the batch throw
   * @param maxRunning 1 where calls may wait for a statement, so that more of them share the next
   */
  constructor(
    private readonly runBatch: (keys: readonly Key[]) => Promise<unknown>,
    private readonly maxRunning = MAX_RUNNING,
  ) {}

  run(key: Key): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      this.runNext();
    });
  }

  private runNext(): void {
    if (this.running === this.maxRunning || this.waiting.length === 0) return;
    void this.runTogether(this.waiting.splice(0, MAX_BATCH));
  }

  private async runTogether(calls: readonly Call<Key>[]): Promise<void> {
    this.running += 1;
    const failure = await this.attempt(calls);
    this.running -= 1;
    this.runNext();
    for (const { resolve, reject } of calls) {
      if (failure === null) resolve();
      else reject(failure.error);
    }
  }

  private async attempt(calls: readonly Call<Key>[]): Promise<{ readonly error: unknown } | null> {
    try {
      await this.runBatch(calls.map(({ key }) => key));
      return null;
    } catch (error) {
      return { error };
    }
  }
}
