import { describe, expect, it } from '@jest/globals';
import { Backoff, describeFailure, isPermanentFailure, isServerFailure } from './smtp-failure.js';

const failure = (fields: object, message = 'no') => Object.assign(new Error(message), fields);

describe('a mail that did not go', () => {
  it.each([
    ['an unknown recipient', { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }],
    ['a refused message', { code: 'EMESSAGE', responseCode: 554, command: 'DATA' }],
  ])('FT-04 is given up after %s', (_, fields) => expect(isPermanentFailure(failure(fields))).toBe(true));

  it.each([
    ['a refused sender', { code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' }],
    ['a full mailbox', { code: 'EENVELOPE', responseCode: 452, command: 'RCPT TO' }],
    ['greylisting', { code: 'EENVELOPE', responseCode: 451, command: 'RCPT TO' }],
    ['a server that is closing', { code: 'ECONNECTION', responseCode: 421 }],
    ['a refused connection', { code: 'ECONNECTION', command: 'CONN' }],
    ['a greeting that turns everybody away', { code: 'EPROTOCOL', responseCode: 554, command: 'CONN' }],
    ['a silent server', { code: 'ETIMEDOUT', command: 'CONN' }],
    ['a host nobody knows', { code: 'EDNS' }],
    ['our wrong password', { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }],
    ['a bad certificate', { code: 'ETLS', command: 'CONN' }],
    ['no STARTTLS where it is required', { code: 'ETLS', responseCode: 502, command: 'STARTTLS' }],
    ['something else', {}],
  ])('FT-03 FT-04 ML-07 is tried again after %s', (_, fields) => {
    expect(isPermanentFailure(failure(fields))).toBe(false);
  });

  it.each([
    ['a refused connection', { code: 'ESOCKET', command: 'CONN' }],
    ['a server that does not greet', { code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' }],
    ['a host nobody knows', { code: 'EDNS' }],
    ['a server that is closing', { code: 'EENVELOPE', responseCode: 421, command: 'RCPT TO' }],
    ['our wrong password', { code: 'EAUTH', responseCode: 535 }],
    ['a bad certificate', { code: 'ETLS' }],
  ])('FT-03 would have failed for any other mail too after %s', (_, fields) => {
    expect(isServerFailure(failure(fields))).toBe(true);
  });

  it.each([
    ['greylisting', { code: 'EENVELOPE', responseCode: 451, command: 'RCPT TO' }],
    ['an unknown recipient', { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }],
    ['a server that falls silent over it', { code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT' }],
    ['our own deadline', { code: 'EABORT' }],
  ])('FT-04 says nothing about the other mails after %s', (_, fields) => {
    expect(isServerFailure(failure(fields))).toBe(false);
  });

  it('SL-01 is described in one short line without anybody’s address', () => {
    const text = describeFailure(
      failure(
        { code: 'EENVELOPE' },
        `550 5.1.1 <ada@example.com>: user\r\n"eve@example.org" unknown${'x'.repeat(1000)}`,
      ),
    );
    expect(text).toMatch(/^EENVELOPE: 550 5\.1\.1 <\*\*\*>: user "\*\*\*" unknown/);
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text).not.toMatch(/[\r\n]/);
  });

  it('FT-04 waits longer each time, up to a quarter of an hour, never exactly as long as its neighbour', () => {
    const pauses = (random: number) =>
      [1, 2, 3, 4, 20, 200].map((attempts) => new Backoff(5, 900, () => random).after(attempts));
    const [longest, shortest] = [pauses(1), pauses(0)];
    expect(longest).toEqual([5, 10, 20, 40, 900, 900]);
    expect(shortest).toEqual([2.5, 5, 10, 20, 450, 450]);
  });
});
