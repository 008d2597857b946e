import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger, type ArgumentsHost } from '@nestjs/common';
import { EntityNotFoundError, QueryFailedError } from 'typeorm';
import { ProblemFilter } from './problem.filter.js';

const SECRET = 'hunter2';

/** What the filter logs for an unexpected error. */
function logged(thrown: unknown): Record<string, unknown> {
  const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const http = { getRequest: () => ({ id: 'request-1', headers: {} }), getResponse: () => ({ sent: true }) };
  new ProblemFilter().catch(thrown, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return (error.mock.calls[0]![0] as { err: Record<string, unknown> }).err;
}

describe('the log of unexpected errors', () => {
  beforeEach(() => void jest.restoreAllMocks());
  afterEach(() => void jest.restoreAllMocks());

  it.each<[string, Error]>([
    [
      'a failed statement',
      new QueryFailedError(
        'SELECT $1::uuid',
        [SECRET],
        Object.assign(new Error(`invalid input syntax for type uuid: "${SECRET}"`), { code: '22P02' }),
      ),
    ],
    ['a row that is missing', new EntityNotFoundError('Member', { email: SECRET })],
    ['text that is not JSON', new SyntaxError(`Unexpected token 'h', "${SECRET}" is not valid JSON`)],
  ])('quotes nothing of %s', (_, thrown) => {
    const err = logged(thrown);
    expect(JSON.stringify(err)).not.toContain(SECRET);
    expect(err).toMatchObject({ type: thrown.constructor.name, stack: expect.stringMatching(/^\s+at /) });
  });

  it('keeps the code of the database, and its message about anything but a value', () => {
    const missing = Object.assign(new Error('relation "members" does not exist'), { code: '42P01' });
    expect(logged(new QueryFailedError('SELECT', [SECRET], missing))).toMatchObject({
      errorCode: '42P01',
      message: 'relation "members" does not exist',
    });
  });

  it('keeps the message of our own errors', () => {
    class KeyRingError extends Error {}
    expect(logged(new KeyRingError('the key ring is empty'))).toMatchObject({
      type: 'KeyRingError',
      message: 'the key ring is empty',
    });
  });
});
