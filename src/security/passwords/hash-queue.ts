import { DomainError } from '../../platform/http/problems/domain-error.js';

/** How full a queue is. */
export interface HashLoad {
  readonly running: number;
  readonly waiting: number;
}

/** A reserved place in the queue, until `release` is called. A second call has no effect. */
export interface HashSlot {
  release(): void;
}

/**
 * Bounds how many password hashes run at once and how many wait, first come first served. More
 * hashes than cores slow down every other request; an unbounded queue turns a login flood into
 * minutes of waiting for all members.
 */
export class HashQueue {
  private running = 0;
  private reserved = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly maxWaiting: number,
  ) {}

  get load(): HashLoad {
    return { running: this.running, waiting: this.waiting.length };
  }

  get hasRoom(): boolean {
    return this.running + this.waiting.length + this.reserved < this.concurrency + this.maxWaiting;
  }

  /**
   * Reserves a place for work that needs preparation; release it right before {@link run}. Without
   * reservations, many requests could prepare for one free place; all but one of them would be
   * refused only after that work.
   * @throws DomainError `overloaded`
   */
  reserve(): HashSlot {
    this.checkRoom();
    this.reserved += 1;
    let isReserved = true;
    return {
      release: () => {
        if (isReserved) this.reserved -= 1;
        isReserved = false;
      },
    };
  }

  /**
   * Runs the work as soon as fewer than `concurrency` others run.
   * @throws DomainError `overloaded` at once when the queue is full
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.checkRoom();
    if (this.running >= this.concurrency) {
      // The job that finishes passes its place to this one, so `running` stays the same.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const startNext = this.waiting.shift();
      if (startNext) startNext();
      else this.running -= 1;
    }
  }

  private checkRoom(): void {
    if (!this.hasRoom) throw new DomainError('overloaded', { retryAfter: 2, detail: 'hash queue is full' });
  }
}
