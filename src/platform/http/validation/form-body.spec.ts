import { describe, expect, it } from '@jest/globals';
import { parseFormBody } from './form-body.js';

describe('the body of a form', () => {
  const parse = (text: string) => parseFormBody(Buffer.from(text), ['token', 'hint']);

  it('gives the named fields and no other', () => {
    expect(parse('token=a%2Bb+c&role=admin&__proto__=x')).toEqual({ token: 'a+b c' });
    expect(parse('')).toEqual({});
  });

  it('is read without the fields that have no value (RFC 6749 section 3.2)', () => {
    expect(parse('hint&token=')).toEqual({});
    expect(parse('token=a&hint=')).toEqual({ token: 'a' });
    expect(parse('token=a&hint=+')).toEqual({ token: 'a', hint: ' ' });
  });

  it('is refused where a named field comes twice, also without a value', () => {
    for (const form of ['token=a&token=b', 'token=a&token='])
      expect(() => parse(form)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(parse('token=a&other=1&other=2')).toEqual({ token: 'a' });
  });
});
