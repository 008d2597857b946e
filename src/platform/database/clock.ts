import { Injectable } from '@nestjs/common';

/**
 * The database's time. Each replica corrects its own clock by the offset that it last measured to
 * PostgreSQL, so that all replicas agree on when a token expires.
 */
@Injectable()
export class Clock {
  private offsetMs = 0;

  /** Seconds since 1970, with decimals. */
  now(): number {
    return (Date.now() + this.offsetMs) / 1000;
  }

  /** Whole seconds since 1970, as in a JWT's `exp`. */
  nowSeconds(): number {
    return Math.floor(this.now());
  }

  /** Whole seconds until that time; 0 if it has passed. */
  secondsUntil(seconds: number): number {
    return Math.max(seconds - this.nowSeconds(), 0);
  }

  /**
   * Sets the offset from one measurement: the database's time, and this process's time before and
   * after the query.
   */
  synchronise(databaseMs: number, sentMs: number, receivedMs: number): void {
    this.offsetMs = databaseMs - (sentMs + receivedMs) / 2;
  }
}
