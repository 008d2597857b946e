/** Lets those who come with the same key take turns, in the order in which they came. Those with different keys know nothing of each other. */
export class Turns {
  /** Whoever came last, for each key. */
  private readonly last = new Map<string, Promise<unknown>>();

  /** What `action` gives; it begins when all who came before with this key are done, however that ended. */
  async take<T>(key: string, action: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const turn = before ? before.then(action, action) : action();
    this.last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }
}
