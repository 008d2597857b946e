import { describe, expect, it } from '@jest/globals';
import { readHookAnswer } from './token-hook-answer.js';

const claimsOf = (claims: object): unknown => readHookAnswer(JSON.stringify({ claims }));

describe('the answer of a token hook', () => {
  it('adds claims, also of a name that cannot collide', () => {
    const claims = { plan: 'pro', 'https://example.com/seats': [1, null, { a: true }] };
    expect(claimsOf(claims)).toEqual({ kind: 'claims', claims, dropped: [] });
  });

  it.each(['', '{}', '{"other":1}', '{"claims":{}}', '{"claims":null}', '{"refuse":null}'])(
    'adds nothing by %p',
    (text) => {
      expect(readHookAnswer(text)).toEqual({ kind: 'claims', claims: {}, dropped: [] });
    },
  );

  it.each([
    ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'role', 'cnf', 'auth_time', 'amr', 'client_id'],
    ...['attributes', 'scope', 'scp', 'act', 'active', 'token_type', 'gen', 'constructor'],
  ])('AT-02 drops the claim %s and keeps the others', (name) => {
    expect(claimsOf({ [name]: 'mallory', plan: 'pro' })).toEqual({
      kind: 'claims',
      claims: { plan: 'pro' },
      dropped: [name],
    });
  });

  it('refuses, with a text for the member or without', () => {
    expect(readHookAnswer('{"refuse":{"code":"plan_expired","detail":"Renew it."}}')).toEqual({
      kind: 'refusal',
      code: 'plan_expired',
      detail: 'Renew it.',
    });
    expect(readHookAnswer('{"refuse":{"code":"gone"},"claims":{"plan":"pro"}}')).toMatchObject({ detail: '' });
    expect(readHookAnswer('{"refuse":{"code":"gone","detail":null},"claims":null}')).toMatchObject({ detail: '' });
  });

  it('adds claims beside a refusal that is null', () => {
    const text = '{"claims":{"plan":"pro"},"refuse":null}';
    expect(readHookAnswer(text)).toEqual({ kind: 'claims', claims: { plan: 'pro' }, dropped: [] });
  });

  it.each([
    ['{"claims":{"9":1}}', 'the name of a claim must begin with a letter and have at most 128 letters'],
    ['{"refuse":{"code":"Gone"}}', 'refuse.code must be 1 to 64 of a-z, 0-9 and _, and begin with a letter'],
  ])('is a failure with the rule that it breaks: %s', (text, rule) => {
    expect(() => readHookAnswer(text)).toThrow(rule);
  });

  it.each([
    ['text', 'hunter2'],
    ['a list', '[]'],
    ['null', 'null'],
    ['claims that are a list', '{"claims":["hunter2"]}'],
    ['a name with a blank', '{"claims":{"hunter2 ":1}}'],
    ['a name that is long', `{"claims":{"${'a'.repeat(129)}":1}}`],
    ['the prototype', '{"claims":{"__proto__":{"hunter2":1}}}'],
    ['a prototype inside', '{"claims":{"plan":[{"__proto__":{"hunter2":1}}]}}'],
    ['claims of more than 1 KiB', `{"claims":{"plan":"${'가'.repeat(340)}"}}`],
    ['a refusal that is no object', '{"refuse":true}'],
    ['a refusal without a code', '{"refuse":{"detail":"hunter2"}}'],
    ['a code with blanks', '{"refuse":{"code":"hunter2 is wrong"}}'],
    ['a long detail', `{"refuse":{"code":"gone","detail":"${'a'.repeat(301)}"}}`],
    ['a detail that is no text', '{"refuse":{"code":"gone","detail":{}}}'],
  ])('is a failure if it is %s, and quoted nowhere', (_form, text) => {
    expect(() => readHookAnswer(text)).toThrow(/^(?!.*hunter2)/);
  });
});
