import { describe, expect, it } from '@jest/globals';
import type { Rule } from './field.js';
import * as rules from './rules.js';

const codeOf = (rule: Rule, value: unknown): string | null => rule(value)?.code ?? null;
const NOT_TEXT = [null, 0, 1, true, [], ['a'], {}, { length: 3 }];

describe('a line of visible text', () => {
  const name = rules.visibleText({ min: 1, max: 10 });

  it.each(['Ada', '김민수', "O'Brien", 'x'.repeat(10), '🦒'.repeat(10), ' '])('may be %j', (text) => {
    expect(name(text)).toBeNull();
  });

  it('is measured in characters as people count them', () => {
    expect(name('🦒'.repeat(11))).toEqual({ code: 'too_long', params: { max: 10 } });
    expect(rules.visibleText({ min: 2, max: 3 })('🦒')).toEqual({ code: 'too_short', params: { min: 2 } });
    expect(codeOf(name, '')).toBe('required');
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
  ])('IV-02 may not hold what cannot be seen or stored: %j', (text) =>
    expect(codeOf(name, text)).toBe('invalid_characters'),
  );

  it('IV-01 is text', () => {
    for (const value of NOT_TEXT) expect(codeOf(name, value)).toBe('not_a_string');
  });

  it('is refused by its length alone where it is huge', () => {
    expect(codeOf(name, 'x'.repeat(10_000_000))).toBe('too_long');
  });
});

describe('a password as typed', () => {
  it.each(['x', ' ', '키큰 기린', '👩‍👩‍👧', 'a\u200bb', '🦒'.repeat(128)])('may be %.20j', (text) => {
    expect(rules.passwordText(text)).toBeNull();
  });

  it.each([
    ['', 'required'],
    ['x'.repeat(129), 'password_too_long'],
    ['🦒'.repeat(129), 'password_too_long'],
    ['a\u0000b', 'invalid_characters'],
    ['a\nb', 'invalid_characters'],
    ['\ud800', 'invalid_characters'],
  ])('PW-01 PW-02 may not be %.20j', (text, code) => expect(codeOf(rules.passwordText, text)).toBe(code));
});

describe('a code', () => {
  it.each(['000000', '048213', '999999'])('is six digits: %s', (text) => expect(rules.code(text)).toBeNull());

  it.each([
    '',
    '12345',
    '1234567',
    '+12345',
    '-12345',
    '1e5000',
    '0x1234',
    '12345a',
    '１２３４５６',
    '١٢٣٤٥٦',
    '123456\n',
    '12 456',
    '123.45',
  ])('OC-04 is nothing else: %j', (text) => expect(codeOf(rules.code, text)).toBe('code_malformed'));

  it('OC-04 is text', () => {
    for (const value of [...NOT_TEXT, 123456]) expect(codeOf(rules.code, value)).toBe('not_a_string');
  });
});

describe('a secret of ours', () => {
  it.each(['a', 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE', 'a.b-c_d', 'x'.repeat(2048)])('may be %.20j', (text) => {
    expect(rules.opaqueToken(text)).toBeNull();
  });

  it.each([
    ['', 'required'],
    ['x'.repeat(2049), 'too_long'],
    ['a b', 'invalid_characters'],
    ['a=', 'invalid_characters'],
    ['a%00', 'invalid_characters'],
    ['ä', 'invalid_characters'],
    ["'--", 'invalid_characters'],
    ['a\n', 'invalid_characters'],
  ])('may not be %.20j', (text, code) => expect(codeOf(rules.opaqueToken, text)).toBe(code));
});

describe('other fields', () => {
  it('ML-03 an address is one plain address', () => {
    expect(rules.email('ada@example.com')).toBeNull();
    expect(codeOf(rules.email, '')).toBe('required');
    expect(codeOf(rules.email, 'ada@example.com, eve@example.com')).toBe('email_invalid');
    for (const value of NOT_TEXT) expect(codeOf(rules.email, value)).toBe('not_a_string');
  });

  it('a login ID follows its pattern', () => {
    expect(rules.loginId('ada.lovelace')).toBeNull();
    expect([codeOf(rules.loginId, ''), codeOf(rules.loginId, 'Ada')]).toEqual(['required', 'login_id_invalid']);
    for (const value of NOT_TEXT) expect(codeOf(rules.loginId, value)).toBe('not_a_string');
  });

  it('true and false are themselves, and nothing stands for them', () => {
    expect([rules.bool(true), rules.bool(false)]).toEqual([null, null]);
    for (const value of ['true', 1, 0, null, '', []]) expect(codeOf(rules.bool, value)).toBe('not_a_boolean');
  });

  it('a choice is one of those offered, and the refusal names them', () => {
    const choice = rules.oneOf('body', 'cookie');
    expect(choice('body')).toBeNull();
    for (const value of ['Body', '', 'body ', ['body'], null, 'toString'])
      expect(choice(value)).toEqual({ code: 'invalid_value', params: { allowed: 'body, cookie' } });
  });

  it('null is accepted only where it means "none"', () => {
    const rule = rules.visibleText({ max: 5 });
    expect([rules.nullable(rule)(null), codeOf(rule, null)]).toEqual([null, 'not_a_string']);
    expect(codeOf(rules.nullable(rule), 'too long')).toBe('too_long');
  });
});
