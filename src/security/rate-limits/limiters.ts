import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { Counters, type Count, type Durability, type Take } from './counters.js';

/** The answer of a limiter. */
export interface LimitOutcome {
  readonly isAllowed: boolean;
  /** Points counted in this window. */
  readonly points: number;
  /** Whole seconds until the window ends; 0 without a window. */
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
    readonly durability: Durability,
  ) {}

  /**
   * Takes one point where the limit allows it, in one step, so that parallel requests cannot exceed
   * the limit. A refusal counts nothing (BF-09).
   * @param otherPoints points of other subjects that count towards this limit
   */
  async take(subject: string, otherPoints = 0): Promise<LimitOutcome> {
    const limit = this.points - otherPoints;
    if (limit < 1) return { ...(await this.peek(subject)), isAllowed: false };
    const key = this.keyOf(subject);
    const { isTaken, points, msLeft } = await this.counters.take(
      key,
      this.windowSeconds * 1000,
      limit,
      this.durability,
    );
    return { isAllowed: isTaken, points, retryAfterSeconds: secondsOf(msLeft) };
  }

  /** One point, for {@link Limiters.takeAll}. */
  pointOf(subject: string, otherPoints = 0): Take {
    return { key: this.keyOf(subject), windowMs: this.windowSeconds * 1000, limit: this.points - otherPoints };
  }

  /** Decides without counting. */
  async peek(subject: string): Promise<LimitOutcome> {
    const [count] = await this.counters.readAll([this.keyOf(subject)]);
    return this.outcomeOf(count ?? null);
  }

  /** Counts without deciding. */
  async count(subject: string): Promise<LimitOutcome> {
    return this.outcomeOf(await this.counters.add(this.keyOf(subject), this.windowSeconds * 1000, this.durability));
  }

  /**
   * Refunds one point.
   * @returns whether there was one to refund
   */
  async refund(subject: string): Promise<boolean> {
    return this.counters.subtract(this.keyOf(subject));
  }

  /** Ends the window. */
  async reset(subject: string): Promise<void> {
    await this.counters.delete(this.keyOf(subject));
  }

  /** Whether this count leaves room below the limit; null where there is no window. */
  outcomeOf(count: Count | null): LimitOutcome {
    return count === null
      ? { isAllowed: true, points: 0, retryAfterSeconds: 0 }
      : { isAllowed: count.points < this.points, points: count.points, retryAfterSeconds: secondsOf(count.msLeft) };
  }

  /** A keyed digest, so that the store holds no mail address and no IP address. */
  keyOf(subject: string): string {
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

  /** As {@link Limiter.peek} for several limits, with one query. */
  async peekAll<Name extends string>(
    subjects: Readonly<Record<Name, readonly [Limiter, subject: string]>>,
  ): Promise<Record<Name, LimitOutcome>> {
    const entries = Object.entries(subjects) as [Name, readonly [Limiter, string]][];
    const counts = await this.counters.readAll(entries.map(([, [limiter, subject]]) => limiter.keyOf(subject)));
    const outcomes = entries.map(([name, [limiter]], index) => [name, limiter.outcomeOf(counts[index] ?? null)]);
    return Object.fromEntries(outcomes) as Record<Name, LimitOutcome>;
  }

  /**
   * Takes one point of each limit in `wanted`, or of none, with one query.
   * @param read other limits, whose outcome the caller needs
   * @returns the outcome of each afterwards: `isAllowed` is whether there is room for another point
   */
  async takeAll<Wanted extends string, Read extends string = never>(
    wanted: Readonly<Record<Wanted, readonly [Limiter, subject: string, otherPoints?: number]>>,
    read: Readonly<Record<Read, readonly [Limiter, subject: string]>> = {} as Record<Read, never>,
  ): Promise<{ readonly isTaken: boolean; readonly after: Record<Wanted | Read, LimitOutcome> }> {
    const takes = Object.values<readonly [Limiter, string, number?]>(wanted);
    const points = takes.map(([limiter, ...subject]) => limiter.pointOf(...subject));
    const durability = takes.some(([limiter]) => limiter.durability === 'lasting') ? 'lasting' : 'losable';
    const reads = Object.values<readonly [Limiter, string]>(read).map(([limiter, subject]) => ({
      ...limiter.pointOf(subject),
      limit: null,
    }));
    const { isTaken, counts } = await this.counters.takeAll([...points, ...reads], durability);
    const entries = Object.entries<readonly [Limiter, ...unknown[]]>({ ...wanted, ...read });
    const outcomes = entries.map(([name, [limiter]], index) => [name, limiter.outcomeOf(counts[index] ?? null)]);
    return { isTaken, after: Object.fromEntries(outcomes) as Record<Wanted | Read, LimitOutcome> };
  }

  make(name: string, points: number, windowSeconds: number, durability: Durability = 'lasting'): Limiter {
    return new Limiter(this.counters, this.keys.current('rate-limits'), name, points, windowSeconds, durability);
  }
}
