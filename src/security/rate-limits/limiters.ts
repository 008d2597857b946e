import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { Counters } from './counters.js';

/** The answer of a limiter. */
export interface LimitOutcome {
  readonly isAllowed: boolean;
  /** Points counted in this window. */
  readonly points: number;
  /** Whole seconds until the window ends. */
  readonly retryAfterSeconds: number;
}

/** One limit: a number of points per window and subject, shared by all replicas. */
export class Limiter {
  constructor(
    private readonly counters: Counters,
    private readonly digestKey: Buffer,
    private readonly name: string,
    private readonly points: number,
    private readonly windowSeconds: number,
  ) {}

  /**
   * Counts before it decides, so that parallel requests cannot exceed the limit.
   * @param otherPoints points of other subjects that count towards this limit
   */
  async take(subject: string, otherPoints = 0): Promise<LimitOutcome> {
    const { points, msLeft } = await this.counters.add(this.keyOf(subject), this.windowSeconds * 1000);
    return { isAllowed: points + otherPoints <= this.points, points, retryAfterSeconds: secondsOf(msLeft) };
  }

  /** Decides without counting. */
  async peek(subject: string): Promise<LimitOutcome> {
    const count = await this.counters.read(this.keyOf(subject));
    return count === null
      ? { isAllowed: true, points: 0, retryAfterSeconds: 0 }
      : { isAllowed: count.points < this.points, points: count.points, retryAfterSeconds: secondsOf(count.msLeft) };
  }

  /**
   * Counts without deciding.
   * @param windowSeconds the length of a window that this count begins
   */
  async count(subject: string, windowSeconds = this.windowSeconds): Promise<void> {
    await this.counters.add(this.keyOf(subject), windowSeconds * 1000);
  }

  /** Refunds one point. */
  async refund(subject: string): Promise<void> {
    await this.counters.refund(this.keyOf(subject));
  }

  /** Ends the window. */
  async reset(subject: string): Promise<void> {
    await this.counters.delete(this.keyOf(subject));
  }

  /** A keyed digest, so that the store holds no mail address and no IP address. */
  private keyOf(subject: string): string {
    return `${this.name}:${keyedDigest(this.digestKey, subject).toString('base64url')}`;
  }
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** Creates limiters that share one store. */
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
