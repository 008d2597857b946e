import { describe, expect, it } from '@jest/globals';
import { parseJsonBody } from './json-body.js';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

describe('a JSON body', () => {
  it.each<[string, unknown]>([
    ['{}', {}],
    ['[]', []],
    ['{"a":1,"b":[true,null,"\\u0041"]}', { a: 1, b: [true, null, 'A'] }],
    [' {"name":"김민수 🦒"}\n', { name: '김민수 🦒' }],
    ['{"a":{"x":1},"b":{"x":2}}', { a: { x: 1 }, b: { x: 2 } }],
    ['{"a":"\\": \\":","b":"\\"\\n:"}', { a: '": ":', b: '"\n:' }],
    ['["\\":"]', ['":']],
    ['{"a":[":","\\\\",{":":":"}]}', { a: [':', '\\', { ':': ':' }] }],
    ['"text"', 'text'],
    ['null', null],
  ])('is read: %s', (text, value) => expect(parse(text)).toEqual(value));

  it('is undefined where the request has none', () => expect(parseJsonBody(Buffer.alloc(0))).toBeUndefined());

  it.each([
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":01}',
    '\ufeff{}',
    '{"a":"\n"}',
    'undefined',
    '{}{}',
    '// x\n{}',
    '{"a":"\\x"}',
  ])('is refused when it is not valid JSON: %j', (text) =>
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed_json', status: 400 })),
  );

  it.each([
    '{"email":"a@example.com","email":"b@example.com"}',
    '{"email":"a@example.com","\\u0065mail":"b@example.com"}',
    '{"a":{"b":1,"b":2}}',
    '[{"b":1,"b":2}]',
    '{"a" : 1, "a"\t:\n2}',
    '{"a":"\\":","a":"x"}',
    '{"":1,"":2}',
    '{"a":1,"a":1}',
    '{"a":1,"a":"1"}',
    '{"a":[],"a":{}}',
    '{"a":{"b":1},"a":{"b":1}}',
    '[[{"a":null,"a":null}]]',
    '{"a":"\\\\","a":"\\\\"}',
    '{"__proto__":1,"__proto__":1}',
  ])('ML-03 is refused when a field occurs twice: %s', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });

  it.each([
    ['a lone byte of a character', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['Latin-1', [0xe4]],
    ['UTF-16', [0xff, 0xfe]],
  ])('IV-02 is refused when it holds %s instead of UTF-8', (_, bytes) => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(() => parseJsonBody(body)).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });

  it('IV-03 cannot change the prototype of all objects', () => {
    const body = parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}') as object;
    expect(Object.keys(body)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });

  it('IV-01 is parsed or refused however deep it nests, without a crash', () => {
    for (const text of ['['.repeat(30_000) + ']'.repeat(30_000), `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`]) {
      try {
        parse(text);
      } catch (error) {
        expect(error).toMatchObject({ code: 'malformed_json' });
      }
    }
    const wide = `{${Array.from({ length: 5000 }, (_, index) => `"k${index}":1`).join(',')}}`;
    expect(Object.keys(parse(wide) as object)).toHaveLength(5000);
  });

  it('is not quoted in the refusal', () => {
    expect(() => parse('{"password":"tall giraffe"')).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining('giraffe') }),
    );
  });
});
