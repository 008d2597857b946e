import { Injectable } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import { Database } from '../database/database.js';

/** How a limiter answered. */
export interface LimitOutcome {
  readonly isAllowed: boolean;
  /** Whole seconds until the window ends. */
  readonly retryAfterSeconds: number;
}

/** One limit: so many points in so many seconds for each key, counted in the database for all replicas together. */
export class Limiter {
  constructor(
    private readonly limiter: RateLimiterPostgres,
    private readonly key: Buffer,
  ) {}

  /** Counts first and answers then, in one statement, so that parallel requests cannot overrun the limit. */
  async take(subject: string): Promise<LimitOutcome> {
    try {
      return outcome(true, await this.limiter.consume(this.hide(subject)));
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return outcome(false, refusal);
      throw refusal;
    }
  }

  /** Looks without counting. */
  async peek(subject: string): Promise<LimitOutcome> {
    const state = await this.limiter.get(this.hide(subject));
    return state === null
      ? { isAllowed: true, retryAfterSeconds: 0 }
      : outcome(state.consumedPoints < this.limiter.points, state);
  }

  /** Counts without refusing. */
  async count(subject: string): Promise<void> {
    await this.limiter.penalty(this.hide(subject));
  }

  /** Takes one back. */
  async giveBack(subject: string): Promise<void> {
    await this.limiter.reward(this.hide(subject));
  }

  /** Begins anew. */
  async reset(subject: string): Promise<void> {
    await this.limiter.delete(this.hide(subject));
  }

  /** Addresses, of people and of networks, stay out of the table. */
  private hide(subject: string): string {
    return keyedDigest(this.key, subject).toString('base64url');
  }
}

function outcome(isAllowed: boolean, state: RateLimiterRes): LimitOutcome {
  return { isAllowed, retryAfterSeconds: Math.max(1, Math.ceil(state.msBeforeNext / 1000)) };
}

/** Makes limiters that share the table `rate_limits`. */
@Injectable()
export class Limiters {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
  ) {}

  make(name: string, points: number, durationSeconds: number): Limiter {
    const limiter = new RateLimiterPostgres({
      storeClient: this.database.pool,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      keyPrefix: name,
      points,
      duration: durationSeconds,
    });
    return new Limiter(limiter, this.keys.all('rate-limits').at(-1)!);
  }
}
