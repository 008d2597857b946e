import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { Counters } from './counters.js';

/** How a limiter answered. */
export interface LimitOutcome {
  readonly isAllowed: boolean;
  /** Counted so far in this window. */
  readonly points: number;
  /** Whole seconds until the window ends. */
  readonly retryAfterSeconds: number;
}

/** One limit: so many points in so many seconds for each key, counted for all replicas together. */
export class Limiter {
  constructor(
    private readonly counters: Counters,
    private readonly digestKey: Buffer,
    private readonly name: string,
    private readonly points: number,
    private readonly windowSeconds: number,
  ) {}

  /**
   * Counts first and answers then, so that parallel requests cannot overrun the limit.
   * @param more points that count with it and are kept under another subject
   */
  async take(subject: string, more = 0): Promise<LimitOutcome> {
    const { points, msLeft } = await this.counters.add(this.keyOf(subject), this.windowSeconds * 1000);
    return { isAllowed: points + more <= this.points, points, retryAfterSeconds: secondsOf(msLeft) };
  }

  /** Looks without counting. */
  async peek(subject: string): Promise<LimitOutcome> {
    const count = await this.counters.read(this.keyOf(subject));
    return count === null
      ? { isAllowed: true, points: 0, retryAfterSeconds: 0 }
      : { isAllowed: count.points < this.points, points: count.points, retryAfterSeconds: secondsOf(count.msLeft) };
  }

  /** Counts without refusing; the window may be a shorter one. */
  async count(subject: string, windowSeconds = this.windowSeconds): Promise<void> {
    await this.counters.add(this.keyOf(subject), windowSeconds * 1000);
  }

  /** Takes one back. */
  async refund(subject: string): Promise<void> {
    await this.counters.takeBack(this.keyOf(subject));
  }

  /** Begins anew. */
  async reset(subject: string): Promise<void> {
    await this.counters.delete(this.keyOf(subject));
  }

  /** Addresses, of people and of networks, stay out of the store. */
  private keyOf(subject: string): string {
    return `${this.name}:${keyedDigest(this.digestKey, subject).toString('base64url')}`;
  }
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** Makes limiters that share one store. */
@Injectable()
export class Limiters {
  constructor(
    private readonly counters: Counters,
    private readonly keys: KeyRing,
  ) {}

  make(name: string, points: number, windowSeconds: number): Limiter {
    return new Limiter(this.counters, this.keys.current('rate-limits'), name, points, windowSeconds);
  }
}
