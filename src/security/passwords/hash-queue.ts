import { DomainError } from '../../platform/http/problems/domain-error.js';

/** Hashes being computed, and those whose turn has not come. */
export interface HashLoad {
  readonly running: number;
  readonly waiting: number;
}

/** A place kept for somebody whose work is not ready yet. Freeing it twice does nothing. */
export interface HashSlot {
  release(): void;
}

/**
 * Bounds how many password hashes run at once and how many wait. More at once than cores helps nobody and starves
 * everything else; a queue without end turns a login flood into minutes of waiting for all. First come, first served.
 */
export class HashQueue {
  private running = 0;
  private kept = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly queueLimit: number,
  ) {}

  get load(): HashLoad {
    return { running: this.running, waiting: this.waiting.length };
  }

  get hasRoom(): boolean {
    return this.running + this.waiting.length + this.kept < this.concurrency + this.queueLimit;
  }

  /**
   * Keeps a place for work that has to be prepared first; freed right before {@link run}, it is there. Without it, all who come
   * while one place is free prepare in vain, and are refused late. @throws DomainError `overloaded`
   */
  reserve(): HashSlot {
    this.checkRoom();
    this.kept += 1;
    let isKept = true;
    return {
      release: () => {
        if (isKept) this.kept -= 1;
        isKept = false;
      },
    };
  }

  /** @throws DomainError `overloaded`, at once, when the queue is full */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.checkRoom();
    if (this.running >= this.concurrency) {
      // Whoever finishes hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private checkRoom(): void {
    if (!this.hasRoom) throw new DomainError('overloaded', { retryAfter: 2, detail: 'hash queue is full' });
  }
}
