import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.js';
import { CircuitBreaker } from './circuit-breaker.js';

describe('the circuit breaker', () => {
  const start = () => {
    const clock = { ms: 1000 };
    const breaker = new CircuitBreaker(new Backoff(1, 8, () => 1), () => clock.ms);
    return { clock, breaker };
  };

  it('FT-03 is closed until the server fails', () => {
    const { breaker } = start();
    expect([breaker.remainingMs, breaker.isHalfOpen]).toEqual([0, false]);
  });

  it('FT-03 stays open longer after each failed test, up to a maximum', () => {
    const { clock, breaker } = start();
    const openMs = [1, 2, 3, 4, 5].map(() => {
      breaker.trip();
      const { remainingMs } = breaker;
      expect(breaker.isHalfOpen).toBe(false);
      clock.ms += remainingMs;
      return remainingMs;
    });
    expect(openMs).toEqual([1000, 2000, 4000, 8000, 8000]);
    expect([breaker.remainingMs, breaker.isHalfOpen]).toEqual([0, true]);
  });

  it('FT-03 counts attempts that fail together as one failure', () => {
    const { breaker } = start();
    for (let attempts = 5; attempts > 0; attempts -= 1) breaker.trip();
    expect(breaker.remainingMs).toBe(1000);
  });

  it('FT-03 closes as soon as the server works', () => {
    const { breaker } = start();
    breaker.trip();
    breaker.close();
    expect([breaker.remainingMs, breaker.isHalfOpen]).toEqual([0, false]);
  });
});
