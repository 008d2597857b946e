import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RepeatedFailure } from './repeated-failure.js';

describe('attempts that fail again and again', () => {
  let lines: string[];
  let failure: RepeatedFailure;
  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    failure = new RepeatedFailure('waiting for the database', (line) => lines.push(line));
  });
  afterEach(() => void jest.useRealTimers());

  it('are one line, and one line with a count every 30 seconds', () => {
    for (let second = 0; second < 61; second++) {
      failure.record('refused');
      jest.advanceTimersByTime(1000);
    }
    expect(lines).toEqual([
      'waiting for the database: refused',
      'waiting for the database (31 times): refused',
      'waiting for the database (61 times): refused',
    ]);
  });

  it('show each new reason at once, and their end', () => {
    for (const reason of ['lost', 'refused', 'lost', 'refused']) failure.record(reason);
    failure.clear();
    failure.clear();
    failure.record('lost');
    expect(lines).toEqual([
      'waiting for the database: lost',
      'waiting for the database (2 times): refused',
      'waiting for the database: over after 4 failures',
      'waiting for the database: lost',
    ]);
  });
});
