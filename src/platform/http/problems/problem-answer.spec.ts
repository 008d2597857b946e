import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { LOCALES } from '../../i18n/locale.js';
import * as en from '../../i18n/messages.en.js';
import * as ko from '../../i18n/messages.ko.js';
import { DomainError } from './domain-error.js';
import { ERRORS, type ErrorCode } from './error-catalogue.js';
import { asDomainError, problemHeaders, problemOf } from './problem-answer.js';

const context = { locale: 'en', requestId: 'request 1' } as const;
const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('the answer to a refused request', () => {
  it('IV-07 is one problem document, complete for programs and readers', () => {
    const error = new DomainError('validation_failed', {
      detail: 'for the log alone',
      fields: [{ field: 'name', code: 'too_long', params: { max: 64 } }],
    });
    expect(problemOf(error, context)).toEqual({
      type: 'urn:munjigi:problem:validation_failed',
      title: 'Input not accepted',
      detail: 'Some of the input is not valid. See errors.',
      status: 422,
      code: 'validation_failed',
      requestId: 'request 1',
      errors: [{ field: 'name', code: 'too_long', message: 'Use at most 64 characters.' }],
    });
  });

  it('is in the language of the request', () => {
    const error = new DomainError('code_invalid');
    expect(problemOf(error, { ...context, locale: 'ko' }).title).toBe('인증 코드 확인 실패');
    expect(problemOf(error, context).title).toBe('Code not accepted');
  });

  it.each([
    ['database is not there', '3D000'],
    ['password has been replaced', '28P01'],
    ['server has crashed', '57P02'],
  ])('FT-05 asks for a retry when the %s', (message, code) => {
    const error = asDomainError(Object.assign(new Error(message), { code }));
    expect(error).toMatchObject({ code: 'service_unavailable', retryAfter: expect.any(Number) });
  });

  it('FT-05 does not report an error in our SQL as an unavailable database', () => {
    expect(asDomainError(Object.assign(new Error('syntax'), { code: '42601' })).code).toBe('internal_error');
  });

  it('gives the seconds to wait, in the body and in the header', () => {
    const error = new DomainError('too_many_attempts', { retryAfter: 17 });
    expect(problemOf(error, context).retryAfter).toBe(17);
    expect(problemHeaders(error)).toMatchObject({ 'retry-after': '17' });
    expect(problemHeaders(new DomainError('too_many_attempts'))).not.toHaveProperty('retry-after');
  });

  it('names the fault of a token in WWW-Authenticate, never that of a password', () => {
    expect(problemHeaders(new DomainError('token_expired'))['www-authenticate']).toBe(
      'Bearer error="invalid_token", error_description="token_expired"',
    );
    for (const code of ['invalid_credentials', 'validation_failed', 'code_invalid'] as const)
      expect(problemHeaders(new DomainError(code))).not.toHaveProperty('www-authenticate');
  });
});

describe('a thrown value', () => {
  it('IV-07 becomes an internal error when it is unexpected, and nothing of it enters the answer', () => {
    for (const thrown of [new Error('SELECT secret FROM members'), 'text', null, undefined, { statusCode: 599 }, 1]) {
      const error = asDomainError(thrown);
      expect([error.code, error.status]).toEqual(['internal_error', 500]);
      expect(JSON.stringify(problemOf(error, context))).not.toMatch(/secret|members|SELECT/);
    }
  });

  it.each([
    [new BadRequestException('odd'), 'bad_request'],
    [new NotFoundException('Cannot GET /etc/passwd'), 'not_found'],
    [new HttpException('x', 405), 'method_not_allowed'],
    [new HttpException('x', 418), 'bad_request'],
    [new HttpException('x', 502), 'internal_error'],
    [{ statusCode: 413 }, 'payload_too_large'],
    [{ statusCode: 415 }, 'unsupported_media_type'],
    [{ statusCode: 404 }, 'not_found'],
  ])('keeps its status when it comes from the framework: %j', (thrown, code) => {
    expect(asDomainError(thrown).code).toBe(code);
    expect(JSON.stringify(problemOf(asDomainError(thrown), context))).not.toMatch(/odd|passwd/);
  });

  it.each([
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }),
    Object.assign(new Error('cannot execute UPDATE in a read-only transaction'), { code: '25006' }),
    Object.assign(new Error('x'), { code: '08006' }),
    new Error('timeout exceeded when trying to connect'),
    new Error('Connection terminated unexpectedly'),
    new Error('Query runner already released. Cannot run queries anymore.'),
    new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]),
    new Error('wrapped', { cause: Object.assign(new Error('x'), { code: '57P03' }) }),
    Object.assign(new Error('query failed'), { driverError: Object.assign(new Error('x'), { code: '57014' }) }),
  ])('FT-05 becomes service_unavailable with a wait when the database is away: %s', (thrown) => {
    expect(asDomainError(thrown)).toMatchObject({ code: 'service_unavailable', status: 503, retryAfter: 2 });
  });

  it.each(['23505', '22021', '42703'])(
    'becomes an internal error when the database refuses for another reason: %s',
    (code) => {
      expect(asDomainError(Object.assign(new Error('x'), { code })).code).toBe('internal_error');
    },
  );

  it('stays as it is when it is a DomainError', () => {
    const error = new DomainError('code_invalid');
    expect(asDomainError(error)).toBe(error);
  });
});

describe('the texts of errors', () => {
  it('exist in every language, for every code and every field', () => {
    expect(LOCALES).toEqual(['en', 'ko']);
    for (const { problems, fields } of [en, ko]) {
      expect(Object.keys(problems).sort()).toEqual([...CODES].sort());
      expect(Object.keys(fields).sort()).toEqual(Object.keys(en.fields).sort());
    }
    for (const code of CODES) {
      expect(ko.problems[code].title + ko.problems[code].detail).toMatch(/[가-힣]/);
      expect(en.problems[code].title + en.problems[code].detail).not.toMatch(/[가-힣]/);
    }
  });
});
