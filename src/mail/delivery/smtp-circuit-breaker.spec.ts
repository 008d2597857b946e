import { describe, expect, it } from '@jest/globals';
import { SmtpCircuitBreaker } from './smtp-circuit-breaker.js';
import { Backoff } from './smtp-failure.js';

describe('the pause after a mail server fails', () => {
  const start = () => {
    const clock = { ms: 1000 };
    const pause = new SmtpCircuitBreaker(new Backoff(1, 8, () => 1), () => clock.ms);
    return { clock, pause };
  };

  it('FT-03 does not begin before anything has failed', () => {
    const { pause } = start();
    expect([pause.remainingMs, pause.isDoubtful]).toEqual([0, false]);
  });

  it('FT-03 grows with each failure that follows a pause, up to the longest', () => {
    const { clock, pause } = start();
    const pauses = [1, 2, 3, 4, 5].map(() => {
      pause.failed();
      const { remainingMs } = pause;
      clock.ms += remainingMs;
      return remainingMs;
    });
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000]);
    expect([pause.remainingMs, pause.isDoubtful]).toEqual([0, true]);
  });

  it('FT-03 takes mails that fail together for one failure', () => {
    const { pause } = start();
    for (let mails = 5; mails > 0; mails -= 1) pause.failed();
    expect(pause.remainingMs).toBe(1000);
  });

  it('FT-03 ends as soon as the server works', () => {
    const { pause } = start();
    pause.failed();
    pause.worked();
    expect([pause.remainingMs, pause.isDoubtful]).toEqual([0, false]);
  });
});
