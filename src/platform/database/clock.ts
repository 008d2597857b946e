import { Injectable } from '@nestjs/common';

/**
 * The database's time as this process knows it. Replicas whose own clocks drift still agree on when a token
 * expires, because each corrects its clock by the distance it last measured to PostgreSQL.
 */
@Injectable()
export class Clock {
  private offsetMs = 0;

  /** Seconds since 1970, with fractions. */
  now(): number {
    return (Date.now() + this.offsetMs) / 1000;
  }

  /** Whole seconds since 1970, as in a JWT's `exp`. */
  nowSeconds(): number {
    return Math.floor(this.now());
  }

  /** What is left until then, in whole seconds; 0 once it is over. */
  secondsUntil(seconds: number): number {
    return Math.max(seconds - this.nowSeconds(), 0);
  }

  /** Takes a reading: the database's time, and the moments here before and after it was asked. */
  synchronise(databaseMs: number, askedMs: number, answeredMs: number): void {
    this.offsetMs = databaseMs - (askedMs + answeredMs) / 2;
  }
}
