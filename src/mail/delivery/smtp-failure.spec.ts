import { describe, expect, it } from '@jest/globals';
import { describeFailure, isPermanentFailure, isServerFailure } from './smtp-failure.js';

const failure = (fields: object, message = 'no') => Object.assign(new Error(message), fields);

describe('a failed attempt to send a mail', () => {
  it.each([
    ['an unknown recipient', { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }],
    ['a refused message', { code: 'EMESSAGE', responseCode: 554, command: 'DATA' }],
  ])('FT-04 is permanent after %s', (_, fields) => expect(isPermanentFailure(failure(fields))).toBe(true));

  it.each([
    ['a refused sender', { code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' }],
    ['a full mailbox', { code: 'EENVELOPE', responseCode: 452, command: 'RCPT TO' }],
    ['greylisting', { code: 'EENVELOPE', responseCode: 451, command: 'RCPT TO' }],
    ['a server that is shutting down', { code: 'ECONNECTION', responseCode: 421 }],
    ['a refused connection', { code: 'ECONNECTION', command: 'CONN' }],
    ['a greeting that refuses every client', { code: 'EPROTOCOL', responseCode: 554, command: 'CONN' }],
    ['a refused EHLO', { code: 'ECONNECTION', responseCode: 550, command: 'EHLO' }],
    ['a refused HELO', { code: 'EPROTOCOL', responseCode: 550, command: 'HELO' }],
    ['a refused LHLO', { code: 'EPROTOCOL', responseCode: 500, command: 'LHLO' }],
    ['a session that is not reset', { code: 'EPROTOCOL', responseCode: 502, command: 'RSET' }],
    ['a refusal that names no command', { responseCode: 550 }],
    ['a silent server', { code: 'ETIMEDOUT', command: 'CONN' }],
    ['an unknown host', { code: 'EDNS' }],
    ['a wrong SMTP password of ours', { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }],
    ['a bad certificate', { code: 'ETLS', command: 'CONN' }],
    ['missing STARTTLS where it is required', { code: 'ETLS', responseCode: 502, command: 'STARTTLS' }],
    ['an unknown error', {}],
  ])('FT-03 FT-04 ML-07 is temporary after %s', (_, fields) => {
    expect(isPermanentFailure(failure(fields))).toBe(false);
  });

  it.each([
    ['a refused connection', { code: 'ESOCKET', command: 'CONN' }],
    ['a greeting that refuses every client', { code: 'EPROTOCOL', responseCode: 554, command: 'CONN' }],
    ['a refused EHLO', { code: 'ECONNECTION', responseCode: 550, command: 'EHLO' }],
    ['a refused HELO', { code: 'EPROTOCOL', responseCode: 550, command: 'HELO' }],
    ['a HELO that is refused for now', { code: 'EPROTOCOL', responseCode: 450, command: 'HELO' }],
    ['a refused LHLO', { code: 'EPROTOCOL', responseCode: 500, command: 'LHLO' }],
    ['a server that does not greet', { code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' }],
    ['an unknown host', { code: 'EDNS' }],
    ['a server that is shutting down', { code: 'EENVELOPE', responseCode: 421, command: 'RCPT TO' }],
    ['a wrong SMTP password of ours', { code: 'EAUTH', responseCode: 535 }],
    ['a bad certificate', { code: 'ETLS' }],
  ])('FT-03 is a failure of the server after %s', (_, fields) => {
    expect(isServerFailure(failure(fields))).toBe(true);
  });

  it.each([
    ['greylisting', { code: 'EENVELOPE', responseCode: 451, command: 'RCPT TO' }],
    ['an unknown recipient', { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }],
    ['a refused sender', { code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' }],
    ['a server that falls silent during the mail', { code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT' }],
    ['our own deadline', { code: 'EABORT' }],
  ])('FT-04 concerns that mail alone after %s', (_, fields) => {
    expect(isServerFailure(failure(fields))).toBe(false);
  });

  it('SL-01 is described in one short line without an address', () => {
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

  it('FT-03 a refused EHLO is described with its own remedy, and not with that for missing TLS', () => {
    const text = describeFailure(
      failure(
        { code: 'ECONNECTION', responseCode: 550, command: 'EHLO' },
        'EHLO failed but HELO does not support required STARTTLS. response=550 5.7.1 no: 550 5.7.1 no',
      ),
    );
    expect(text).toMatch(/\(it refuses the name that this server gives; check SMTP_CLIENT_NAME\)$/);
  });
});
