import { describe, expect, it } from '@jest/globals';
import { readableLine } from './readable-line.js';

const ESCAPE = '\u001b';
const TIME = new Date(2026, 10, 28, 14, 2, 31).toISOString();
const line = (entry: object): string => readableLine(JSON.stringify({ level: 'info', time: TIME, ...entry }));

describe('the log in a terminal', () => {
  it('shows time, method, path, status and milliseconds of a request', () => {
    const request = { msg: 'request', requestId: 'r', method: 'POST', route: '/api/auth/login', status: 401, ms: 31.2 };
    expect(line({ ...request, ip: '127.0.0.1', refusal: 'invalid_credentials' })).toBe(
      '14:02:31 POST /api/auth/login 401 31.2 ms refusal=invalid_credentials',
    );
  });

  it('shows the level, the text and the fields of anything else', () => {
    expect(line({ level: 'warn', context: 'Database', msg: 'waiting' })).toBe('14:02:31 warn Database: waiting');
    expect(line({ msg: 'listening', port: 3000 })).toBe('14:02:31 listening port=3000');
    expect(line({ level: 'error', msg: 'failed', stack: 'Error: a\n    at b' })).toBe(
      '14:02:31 error failed\nError: a\n    at b',
    );
  });

  it('control characters of a client cannot forge a line', () => {
    const forged = 'x\n14:02:32 admin logged in\u001b[2J\u202e';
    for (const entry of [
      { msg: forged },
      { msg: 'a', reason: forged },
      { msg: 'request', method: 'GET', route: forged },
    ])
      expect(line(entry)).not.toMatch(new RegExp(`\n|${ESCAPE}|\u202e`));
    expect(readableLine('not JSON \u001b[2J')).toBe('not JSON \\u001b[2J');
  });

  it('is coloured only where the terminal has colours', () => {
    const json = JSON.stringify({ level: 'error', time: TIME, msg: 'failed' });
    expect(readableLine(json, true)).toContain(`${ESCAPE}[31m`);
    expect(readableLine(json, false)).not.toContain(ESCAPE);
  });
});
