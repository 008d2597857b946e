import { describe, expect, it } from '@jest/globals';
import { applyDecorators } from '@nestjs/common';
import { IsNewPassword, IsPasswordText } from '../../../security/passwords/password-fields.js';
import { IsLoginId } from '../../../users/member-fields.js';
import type { DomainError } from '../problems/domain-error.js';
import {
  IsMailAddress,
  IsMoment,
  IsOneOf,
  IsOpaqueToken,
  IsPageLimit,
  IsSixDigitCode,
  IsTrueOrFalse,
  IsUuid,
  IsVisibleText,
} from './field-decorators.js';
import { MayBeAbsent, MayBeNull, type RuleProblem } from './rule.js';
import { StrictValidationPipe } from './strict-validation.pipe.js';

const pipe = new StrictValidationPipe();

/** What the pipe reports of a field with this decorator, or null. */
async function problemOf(decorator: PropertyDecorator, value: unknown): Promise<RuleProblem | null> {
  class FieldRequest {
    field: unknown;
  }
  decorator(FieldRequest.prototype, 'field');
  try {
    await pipe.transform({ field: value }, { type: 'body', metatype: FieldRequest });
    return null;
  } catch (error) {
    const [problem] = (error as DomainError).fields!;
    const { field, ...rest } = problem!;
    expect(field).toBe('field');
    return rest;
  }
}

async function codeOf(decorator: PropertyDecorator, value: unknown): Promise<string | null> {
  return (await problemOf(decorator, value))?.code ?? null;
}

const NOT_TEXT = [null, 0, 1, true, [], ['a'], {}, { length: 3 }];

describe('a line of visible text', () => {
  const name = IsVisibleText({ min: 1, max: 10 });

  it.each(['Ada', '김민수', "O'Brien", 'x'.repeat(10), '🦒'.repeat(10), ' '])('may be %j', async (text) => {
    expect(await codeOf(name, text)).toBeNull();
  });

  it('is measured in code points', async () => {
    expect(await problemOf(name, '🦒'.repeat(11))).toEqual({ code: 'too_long', params: { max: 10 } });
    expect(await problemOf(IsVisibleText({ min: 2, max: 3 }), '🦒')).toEqual({ code: 'too_short', params: { min: 2 } });
    expect(await codeOf(name, '')).toBe('required');
  });

  it.each([
    'a\u0000',
    'a\nb',
    'a\rb',
    '\t',
    'a\u200bb',
    '\ufeffa',
    '\u202ea',
    '\u2066a',
    '\u2028',
    '\ud800',
    'a\udc00',
    '\u007f',
  ])('IV-02 is refused with characters that cannot be seen or stored: %j', async (text) =>
    expect(await codeOf(name, text)).toBe('invalid_characters'),
  );

  it('IV-01 has to be text', async () => {
    for (const value of NOT_TEXT) expect(await codeOf(name, value)).toBe('not_a_string');
  });

  it('is refused by its length alone when it is huge', async () => {
    expect(await codeOf(name, 'x'.repeat(10_000_000))).toBe('too_long');
  });
});

describe('a password as typed', () => {
  it.each(['x', ' ', '키큰 기린', '👩‍👩‍👧', 'a\u200bb', '🦒'.repeat(128)])('may be %.20j', async (text) => {
    expect(await codeOf(IsPasswordText(), text)).toBeNull();
  });

  it.each([
    ['', 'required'],
    ['x'.repeat(129), 'password_too_long'],
    ['🦒'.repeat(129), 'password_too_long'],
    ['a\u0000b', 'invalid_characters'],
    ['a\nb', 'invalid_characters'],
    ['\ud800', 'invalid_characters'],
  ])('PW-01 PW-02 is refused: %.20j', async (text, code) => expect(await codeOf(IsPasswordText(), text)).toBe(code));
});

describe('a password to be set', () => {
  it('PW-01 has the same form as a typed one; the password policy decides on its strength', async () => {
    expect(await codeOf(IsNewPassword(), 'x')).toBeNull();
    expect(await codeOf(IsNewPassword(), 'x'.repeat(129))).toBe('password_too_long');
  });
});

describe('a code', () => {
  it.each(['000000', '048213', '999999', '０４８２１３', '048213\n', '\ufeff048\u200b213', '048\t213'])(
    'OC-04 is six digits: %j',
    async (text) => expect(await codeOf(IsSixDigitCode(), text)).toBeNull(),
  );

  it.each([
    '',
    '12345',
    '1234567',
    '+12345',
    '-12345',
    '1e5000',
    '0x1234',
    '12345a',
    '١٢٣٤٥٦',
    '123456\u0000',
    '12 456',
    '123.45',
  ])('OC-04 is refused otherwise: %j', async (text) =>
    expect(await codeOf(IsSixDigitCode(), text)).toBe('code_malformed'),
  );

  it('OC-04 has to be text', async () => {
    for (const value of [...NOT_TEXT, 123456]) expect(await codeOf(IsSixDigitCode(), value)).toBe('not_a_string');
  });
});

describe('an opaque token', () => {
  it.each(['a', 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE', 'a.b-c_d', 'x'.repeat(2048)])(
    'may be %.20j',
    async (text) => {
      expect(await codeOf(IsOpaqueToken(), text)).toBeNull();
    },
  );

  it.each([
    ['', 'required'],
    ['x'.repeat(2049), 'too_long'],
    ['a b', 'invalid_characters'],
    ['a=', 'invalid_characters'],
    ['a%00', 'invalid_characters'],
    ['ä', 'invalid_characters'],
    ["'--", 'invalid_characters'],
    ['a\n', 'invalid_characters'],
  ])('is refused: %.20j', async (text, code) => expect(await codeOf(IsOpaqueToken(), text)).toBe(code));
});

describe('other fields', () => {
  it('ML-03 an address is one plain address', async () => {
    expect(await codeOf(IsMailAddress(), ' ada@example.com ')).toBeNull();
    expect(await codeOf(IsMailAddress(), '')).toBe('required');
    expect(await codeOf(IsMailAddress(), 'ada@example.com, eve@example.com')).toBe('email_invalid');
    for (const value of NOT_TEXT) expect(await codeOf(IsMailAddress(), value)).toBe('not_a_string');
  });

  it('a login ID follows its pattern, whatever its case', async () => {
    for (const loginId of ['ada.lovelace', ' ADA.Lovelace ']) expect(await codeOf(IsLoginId(), loginId)).toBeNull();
    expect(await codeOf(IsLoginId(), '')).toBe('required');
    for (const loginId of ['Ada', '1ada', 'ada lovelace', '\u212aate'])
      expect(await codeOf(IsLoginId(), loginId)).toBe('login_id_invalid');
    for (const value of NOT_TEXT) expect(await codeOf(IsLoginId(), value)).toBe('not_a_string');
  });

  it('true and false are booleans, and no other value stands for them', async () => {
    for (const value of [true, false]) expect(await codeOf(IsTrueOrFalse(), value)).toBeNull();
    for (const value of ['true', 1, 0, null, '', []])
      expect(await codeOf(IsTrueOrFalse(), value)).toBe('not_a_boolean');
  });

  it('a choice is one of those offered, and the refusal names them', async () => {
    const choice = IsOneOf(['body', 'cookie']);
    expect(await codeOf(choice, 'body')).toBeNull();
    for (const value of ['Body', '', 'body ', ['body'], null, 'toString'])
      expect(await problemOf(choice, value)).toEqual({ code: 'invalid_value', params: { allowed: 'body, cookie' } });
  });

  it('a page limit is a whole number from 1 to the maximum, as text', async () => {
    const limit = IsPageLimit({ max: 100, standard: 50 });
    for (const value of ['1', '50', '100', '007']) expect(await codeOf(limit, value)).toBeNull();
    for (const value of ['0', '101', '-1', '1.5', '1e2', '', ' 1', 50, ['1'], null])
      expect(await problemOf(limit, value)).toEqual({ code: 'invalid_value', params: { allowed: '1–100' } });
  });

  it('a UUID is written with hyphens', async () => {
    expect(await codeOf(IsUuid(), '4B0f3c1e-6f0d-4c55-9d0a-0f4f3a4f2c11')).toBeNull();
    for (const value of ['4b0f3c1e6f0d4c559d0a0f4f3a4f2c11', '', 'x', null, 1])
      expect(await problemOf(IsUuid(), value)).toEqual({ code: 'invalid_value', params: { allowed: 'UUID' } });
  });

  it('a moment is a day or an RFC 3339 time with its offset', async () => {
    for (const value of ['2026-11-22', '2026-11-22T05:37:12Z', '2026-11-22T05:37:12.123+09:00'])
      expect(await codeOf(IsMoment(), value)).toBeNull();
    for (const value of ['2026-13-01', '2026-02-30', '2026-11-22T05:37:12', 'yesterday', '', 0, null])
      expect(await codeOf(IsMoment(), value)).toBe('invalid_value');
  });

  it('a field is required unless it may be absent', async () => {
    for (const rule of [IsVisibleText({ max: 5 }), IsOpaqueToken(), IsSixDigitCode(), IsTrueOrFalse(), IsUuid()]) {
      expect(await codeOf(rule, undefined)).toBe('required');
      expect(await codeOf(applyDecorators(MayBeAbsent(), rule), undefined)).toBeNull();
      expect(await codeOf(applyDecorators(MayBeAbsent(), rule), null)).not.toBeNull();
    }
  });

  it('null is accepted only where it means "none"', async () => {
    const text = IsVisibleText({ max: 5 });
    const nullable = applyDecorators(MayBeNull(), text);
    expect(await codeOf(nullable, null)).toBeNull();
    expect(await codeOf(text, null)).toBe('not_a_string');
    expect(await codeOf(nullable, 'too long')).toBe('too_long');
    expect(await codeOf(nullable, undefined)).toBe('required');
  });
});
