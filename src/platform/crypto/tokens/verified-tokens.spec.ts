import { describe, expect, it } from '@jest/globals';
import { LRUCache } from 'lru-cache';
import type { VerifiedToken } from './token-purpose.js';
import { VerifiedTokens } from './verified-tokens.js';

const claimsOf = (sid: string): VerifiedToken<'access'> => ({ sub: 'ada', sid, role: 'member', iat: 1, exp: 2 });

describe('the cache of verified tokens', () => {
  it('finds a token only when every character is the same', () => {
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

  it('drops the oldest token when it is full', () => {
    const tokens = new VerifiedTokens(2);
    for (const sid of ['one', 'two', 'three']) tokens.add(sid, claimsOf(sid));
    expect(['one', 'two', 'three'].map((sid) => tokens.get(sid)?.sid)).toEqual([undefined, 'two', 'three']);
  });

  it('keeps a token that is still in use when it is full', () => {
    const tokens = new VerifiedTokens(2);
    for (const sid of ['one', 'two']) tokens.add(sid, claimsOf(sid));
    tokens.get('one');
    tokens.add('three', claimsOf('three'));
    expect(['one', 'two', 'three'].map((sid) => tokens.get(sid)?.sid)).toEqual(['one', undefined, 'three']);
  });

  it('holds a token once, however often it is added', () => {
    const tokens = new VerifiedTokens(2);
    for (const sid of ['one', 'two', 'two', 'two']) tokens.add(sid, claimsOf(sid));
    expect(['one', 'two'].map((sid) => tokens.get(sid)?.sid)).toEqual(['one', 'two']);
  });

  it('holds no token in a usable form', () => {
    const tokens = new VerifiedTokens();
    tokens.add('header.payload.signature', claimsOf('one'));
    const entries = Object.values(tokens).flatMap((value) => (value instanceof LRUCache ? [...value] : []));
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain('signature');
  });
});
