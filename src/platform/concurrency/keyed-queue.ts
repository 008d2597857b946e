import { DomainError } from '../http/problems/domain-error.js';

interface Queue {
  last: Promise<unknown>;
  length: number;
}

/** The right to work on a key, until `release` is called. A second call has no effect. */
export interface QueueSlot {
  release(): void;
}

/**
 * Runs work with the same key one after the other, first come first served. Different keys do not
 * wait for each other.
 */
export class KeyedQueue {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly limit: number) {}

  /** Whether new work with this key would have to wait. */
  isBusy(key: string): boolean {
    return this.queues.has(key);
  }

  /**
   * Waits until all earlier work with this key is done. Later work waits until the returned slot is
   * released.
   * @throws DomainError `overloaded` when `limit` others hold or wait for the same key
   */
  async reserve(key: string): Promise<QueueSlot> {
    const queue = this.queues.get(key) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= this.limit)
      throw new DomainError('overloaded', { retryAfter: 2, detail: 'too many requests wait in one queue' });
    const earlier = queue.last;
    let startNext!: () => void;
    queue.last = new Promise<void>((resolve) => (startNext = resolve));
    queue.length += 1;
    this.queues.set(key, queue);
    await earlier;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        queue.length -= 1;
        if (queue.length === 0) this.queues.delete(key);
        startNext();
      },
    };
  }

  /**
   * Runs `work` while holding the slot of the key.
   * @throws DomainError as {@link reserve}
   */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const slot = await this.reserve(key);
    try {
      return await work();
    } finally {
      slot.release();
    }
  }
}
