import { DomainError } from '../../platform/http/problems/domain-error.js';
import { FairShares, type HashOwner } from './fair-shares.js';

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
 * A client address may take a place while it holds less than this multiple of the free places: at
 * most three quarters of an otherwise empty queue. Whatever one client sends, others find a place.
 */
const SHARE_OF_FREE_PLACES = 3;

interface WaitingJob {
  readonly turn: number;
  start(): void;
}

/**
 * Bounds how many password hashes run at once and how many wait. Client addresses and accounts take
 * turns; within each it is first come, first served. More hashes than cores slow down every other
 * request; an unbounded queue turns a login flood into minutes of waiting for all members.
 */
export class HashQueue {
  private running = 0;
  private reserved = 0;
  private readonly waiting: WaitingJob[] = [];
  private readonly shares = new FairShares();

  constructor(
    private readonly concurrency: number,
    private readonly maxWaiting: number,
  ) {}

  get load(): HashLoad {
    return { running: this.running, waiting: this.waiting.length };
  }

  /** Whether there is a place, for this owner if one is given. */
  hasRoom(owner?: HashOwner): boolean {
    const free = this.concurrency + this.maxWaiting - this.running - this.waiting.length - this.reserved;
    return free > 0 && (owner === undefined || this.shares.placesOf(owner) < SHARE_OF_FREE_PLACES * free);
  }

  /**
   * Reserves a place for work that needs preparation; release it right before {@link run}. Without
   * reservations, many requests could prepare for one free place; all but one of them would be
   * refused only after that work.
   * @throws DomainError `overloaded`
   */
  reserve(owner?: HashOwner): HashSlot {
    this.checkRoom(owner);
    this.reserved += 1;
    this.shares.hold(owner);
    let isReserved = true;
    return {
      release: () => {
        if (!isReserved) return;
        isReserved = false;
        this.reserved -= 1;
        this.shares.release(owner);
      },
    };
  }

  /**
   * Runs the work as soon as fewer than `concurrency` others run.
   * @throws DomainError `overloaded` at once if there is no place, see {@link hasRoom}
   */
  async run<T>(work: () => Promise<T>, owner?: HashOwner): Promise<T> {
    this.checkRoom(owner);
    this.shares.hold(owner);
    try {
      await this.start(this.shares.takeTurn(owner));
      try {
        return await work();
      } finally {
        this.startNext();
      }
    } finally {
      this.shares.release(owner);
    }
  }

  private async start(turn: number): Promise<void> {
    if (this.running >= this.concurrency) {
      // The job that finishes passes its place to this one, so `running` stays the same.
      await new Promise<void>((resolve) => this.waiting.push({ turn, start: resolve }));
    } else {
      this.running += 1;
    }
    this.shares.start(turn);
  }

  /** Starts the job whose turn is next; of equal turns, the one that came first. */
  private startNext(): void {
    if (this.waiting.length === 0) {
      this.running -= 1;
      return;
    }
    let next = 0;
    for (let index = 1; index < this.waiting.length; index += 1)
      if (this.waiting[index]!.turn < this.waiting[next]!.turn) next = index;
    this.waiting.splice(next, 1)[0]!.start();
  }

  private checkRoom(owner: HashOwner | undefined): void {
    if (!this.hasRoom(owner)) throw new DomainError('overloaded', { retryAfter: 2, detail: 'hash queue is full' });
  }
}
