import { describe, expect, it } from '@jest/globals';
import { AppLogger } from './app-logger.js';

/** The entries that `log` writes. */
function entriesOf(log: (logger: AppLogger) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  log(new AppLogger('info', { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('an entry of the log', () => {
  it('has the text and the stack of an error, and no other field of it', () => {
    const error = Object.assign(new Error('the hook failed'), { parameters: ['tall giraffe'] });
    const [entry] = entriesOf((logger) => logger.error(error, 'ShutdownHooks'));
    expect(entry).toEqual({
      level: 'error',
      time: expect.any(String),
      context: 'ShutdownHooks',
      msg: 'the hook failed',
      stack: error.stack,
    });
  });

  it('has a text with its context, or the fields of an object', () => {
    const entries = entriesOf((logger) => {
      logger.warn('waiting', 'Database');
      logger.log({ msg: 'listening', port: 3000 });
    });
    expect(entries).toMatchObject([
      { level: 'warn', context: 'Database', msg: 'waiting' },
      { level: 'info', msg: 'listening', port: 3000 },
    ]);
  });

  it('shows no secret, whether it is a field of the entry or of an object inside', () => {
    const secret = { password: 'tall giraffe', refreshToken: 'tall giraffe' };
    const [entry] = entriesOf((logger) => logger.log({ ...secret, body: { ...secret, inner: secret } }));
    const blanked = { password: '[redacted]', refreshToken: '[redacted]' };
    expect(entry).toMatchObject({ ...blanked, body: { ...blanked, inner: blanked } });
    expect(JSON.stringify(entry)).not.toContain('giraffe');
  });

  it('shows a code of the entry itself, where it is that of an error, but blanks one in an object inside', () => {
    const [entry] = entriesOf((logger) => logger.warn({ code: '57P03', body: { code: '123456' } }));
    expect(entry).toMatchObject({ code: '57P03', body: { code: '[redacted]' } });
  });
});
