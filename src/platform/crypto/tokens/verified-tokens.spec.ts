import { describe, expect, it } from '@jest/globals';
import type { VerifiedToken } from './token-purpose.js';
import { VerifiedTokens } from './verified-tokens.js';

const claimsOf = (sid: string): VerifiedToken<'access'> => ({ sub: 'ada', sid, role: 'member', iat: 1, exp: 2 });

describe('verified tokens', () => {
  it('are known by every character', () => {
    const tokens = new VerifiedTokens();
    tokens.add('header.payload.signature', claimsOf('one'));
    expect(tokens.get('header.payload.signature')).toEqual(claimsOf('one'));
    for (const other of [
      'header.payload.signaturf',
      'header.payload.signature=',
      'header.payload.',
      'header.payload',
      '',
    ])
      expect(tokens.get(other)).toBeUndefined();
  });

  it('are no more than there is room for: the oldest goes', () => {
    const tokens = new VerifiedTokens(2);
    for (const sid of ['one', 'two', 'three']) tokens.add(sid, claimsOf(sid));
    expect(['one', 'two', 'three'].map((sid) => tokens.get(sid)?.sid)).toEqual([undefined, 'two', 'three']);
  });

  it('take no second place when they come again', () => {
    const tokens = new VerifiedTokens(2);
    for (const sid of ['one', 'two', 'two', 'two']) tokens.add(sid, claimsOf(sid));
    expect(['one', 'two'].map((sid) => tokens.get(sid)?.sid)).toEqual(['one', 'two']);
  });

  it('are not kept in a form that could be used', () => {
    const tokens = new VerifiedTokens();
    tokens.add('header.payload.signature', claimsOf('one'));
    expect(
      JSON.stringify([...Object.values(tokens).flatMap((map) => (map instanceof Map ? [...map] : []))]),
    ).not.toContain('signature');
  });
});
