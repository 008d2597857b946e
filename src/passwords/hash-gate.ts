import { DomainError } from '../errors/domain-error.js';

/** Hashes being computed, and those whose turn has not come. */
export interface HashLoad {
  readonly running: number;
  readonly waiting: number;
}

/**
 * Bounds how many password hashes run at once and how many wait. More at once than cores helps nobody and starves
 * everything else; a queue without end turns a login flood into minutes of waiting for all. First come, first served.
 */
export class HashGate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly queueLimit: number,
  ) {}

  get load(): HashLoad {
    return { running: this.running, waiting: this.waiting.length };
  }

  /** For refusing before anything else is done. @throws DomainError `overloaded` */
  checkRoom(): void {
    if (this.running >= this.concurrency && this.waiting.length >= this.queueLimit)
      throw new DomainError('overloaded', { retryAfter: 2, detail: 'hash queue is full' });
  }

  /** @throws DomainError `overloaded`, at once, when the queue is full */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.concurrency) {
      this.checkRoom();
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
}
