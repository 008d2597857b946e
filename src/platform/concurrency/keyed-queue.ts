import { DomainError } from '../http/problems/domain-error.js';

interface Queue {
  last: Promise<unknown>;
  length: number;
}

/** Lets work with the same key run one after the other, first come first served; different keys do not wait for each other. */
export class KeyedQueue {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly limit: number) {}

  /** Whether the next with this key would have to wait. */
  isBusy(key: string): boolean {
    return this.queues.has(key);
  }

  /** @throws DomainError `overloaded` when `limit` others are waiting for the same key */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(key) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= this.limit)
      throw new DomainError('overloaded', { retryAfter: 2, detail: 'too many wait for the same' });
    const mine = queue.last.then(work);
    // Whoever comes next waits for the end, however it ends.
    queue.last = mine.catch(() => undefined);
    queue.length += 1;
    this.queues.set(key, queue);
    try {
      return await mine;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) this.queues.delete(key);
    }
  }
}
