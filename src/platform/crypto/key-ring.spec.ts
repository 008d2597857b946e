import { describe, expect, it } from '@jest/globals';
import { KeyRing } from './key-ring.js';

describe('a key ring', () => {
  const ring = new KeyRing(['new secret', 'old secret']);

  it('derives a different key for each purpose, the same on every replica', () => {
    expect(ring.current('a')).toHaveLength(64);
    expect(ring.current('a').equals(ring.current('b'))).toBe(false);
    expect(new KeyRing(['new secret']).current('a').equals(ring.current('a'))).toBe(true);
    expect(new KeyRing(['another']).current('a').equals(ring.current('a'))).toBe(false);
  });

  it('returns the key of the newest secret first, then those of older ones', () => {
    expect(ring.all('a')).toEqual([ring.current('a'), new KeyRing(['old secret']).current('a')]);
  });

  it('gives each secret an id that does not depend on its position', () => {
    expect(ring.ids).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), new KeyRing(['old secret']).ids[0]]);
    expect(new Set(ring.ids).size).toBe(2);
    // An id in a database dump is not a part of any key.
    for (const purpose of ['totp-secret', 'refresh'])
      expect(ring.current(purpose).toString('hex')).not.toContain(ring.ids[0]);
  });

  it('needs a secret', () => {
    expect(() => new KeyRing([])).toThrow();
  });
});
