import { describe, expect, it } from '@jest/globals';
import { digest, equalDigests, keyedDigest } from './digest.js';

describe('a digest', () => {
  const [key, other] = [Buffer.alloc(64, 1), Buffer.alloc(64, 2)];

  it('identifies a secret without containing it', () => {
    expect(digest('secret').equals(digest('secret'))).toBe(true);
    expect(digest('secret').equals(digest('secreu'))).toBe(false);
    expect(digest('secret').toString('latin1')).not.toContain('secret');
  });

  it('with a key differs for another key', () => {
    expect(keyedDigest(key, 'a', '123456').equals(keyedDigest(key, 'a', '123456'))).toBe(true);
    expect(keyedDigest(key, 'a', '123456').equals(keyedDigest(other, 'a', '123456'))).toBe(false);
  });

  it('of several parts depends on where each part ends', () => {
    const parts = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['1:ab', 'c']];
    expect(new Set(parts.map((some) => keyedDigest(key, ...some).toString('hex'))).size).toBe(parts.length);
  });

  it('is compared completely', () => {
    expect(equalDigests(digest('a'), digest('a'))).toBe(true);
    expect(equalDigests(digest('a'), digest('b'))).toBe(false);
    expect(equalDigests(digest('a'), digest('a').subarray(1))).toBe(false);
    expect(equalDigests(Buffer.alloc(0), digest('a'))).toBe(false);
  });
});
