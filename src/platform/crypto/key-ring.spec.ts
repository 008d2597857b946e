import { describe, expect, it } from '@jest/globals';
import { KeyRing } from './key-ring.js';

describe('a key ring', () => {
  const ring = new KeyRing(['new secret', 'old secret']);

  it('gives each purpose a key of its own, the same on every replica', () => {
    expect(ring.current('a')).toHaveLength(64);
    expect(ring.current('a').equals(ring.current('b'))).toBe(false);
    expect(new KeyRing(['new secret']).current('a').equals(ring.current('a'))).toBe(true);
    expect(new KeyRing(['another']).current('a').equals(ring.current('a'))).toBe(false);
  });

  it('makes new values with the newest secret and still reads those of the older ones', () => {
    expect(ring.all('a')).toEqual([ring.current('a'), new KeyRing(['old secret']).current('a')]);
  });

  it('names each secret, the same wherever it stands, and no two alike', () => {
    expect(ring.ids).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), new KeyRing(['old secret']).ids[0]]);
    expect(new Set(ring.ids).size).toBe(2);
    // Whoever reads the name in a dump holds no part of a key that opens something.
    for (const purpose of ['totp-secret', 'refresh'])
      expect(ring.current(purpose).toString('hex')).not.toContain(ring.ids[0]);
  });

  it('is nothing without a secret', () => {
    expect(() => new KeyRing([])).toThrow();
  });
});
