import { describe, expect, it } from '@jest/globals';
import { postponed } from './attempts.js';
import { Backoff } from './backoff.js';

const BACKOFF = new Backoff(5, 5);
const fail = (attempts: number, isOverdue: boolean) =>
  postponed({ id: '1', attempts, queuedAt: '0', isOverdue }, 'no answer', BACKOFF).kind;

describe('a row that fails', () => {
  it('FT-03 is tried again until it is overdue', () => {
    expect([fail(1, false), fail(200, false), fail(2, true)]).toEqual(['postponed', 'postponed', 'dead']);
  });

  it('FT-03 is tried again after its first attempt, although it waited for days until a process sent it', () => {
    expect(fail(1, true)).toBe('postponed');
  });
});
