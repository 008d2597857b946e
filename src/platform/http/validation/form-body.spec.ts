import { describe, expect, it } from '@jest/globals';
import { parseFormBody } from './form-body.js';

describe('the body of a form', () => {
  const parse = (text: string) => parseFormBody(Buffer.from(text), ['token', 'hint']);

  it('gives the named fields and no other', () => {
    expect(parse('token=a%2Bb+c&role=admin&__proto__=x')).toEqual({ token: 'a+b c' });
    expect(parse('')).toEqual({});
    expect(parse('hint&token=')).toEqual({ hint: '', token: '' });
  });

  it('is refused where a named field comes twice', () => {
    expect(() => parse('token=a&token=b')).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(parse('token=a&other=1&other=2')).toEqual({ token: 'a' });
  });
});
