import { describe, expect, it } from '@jest/globals';
import { randomCode, randomToken } from './random.js';

/**
 * The value that chi-square with nine degrees of freedom exceeds once in a million samples of a
 * fair source.
 */
const ONE_IN_A_MILLION = 45.08;

describe('a random code', () => {
  const codes = Array.from({ length: 10_000 }, () => randomCode());

  it('OC-01 is six digits, leading zeros included', () => {
    expect(codes.filter((code) => !/^[0-9]{6}$/.test(code))).toEqual([]);
    const leadingZeros = codes.filter((code) => code.startsWith('0')).length;
    // Expected are 1,000; a fair source is this far off in less than one of a million runs.
    expect(leadingZeros).toBeGreaterThan(850);
    expect(leadingZeros).toBeLessThan(1150);
  });

  it.each([0, 1, 2, 3, 4, 5])('OC-01 has every digit equally often at position %i', (place) => {
    const counts = Array<number>(10).fill(0);
    for (const code of codes) counts[Number(code[place])]! += 1;
    const expected = codes.length / 10;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(ONE_IN_A_MILLION);
  });
});

describe('a random token', () => {
  it('TK-10 has 256 bits and never repeats', () => {
    const tokens = Array.from({ length: 10_000 }, () => randomToken());
    expect(tokens.filter((token) => !/^[\w-]{43}$/.test(token))).toEqual([]);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('TK-10 has every bit set half of the time', () => {
    const samples = 4000;
    const ones = Array<number>(256).fill(0);
    for (let sample = 0; sample < samples; sample += 1) {
      const bytes = Buffer.from(randomToken(), 'base64url');
      for (let bit = 0; bit < 256; bit += 1) ones[bit]! += (bytes[bit >> 3]! >> (bit & 7)) & 1;
    }
    // Six standard deviations for 256 bits: a fair source fails in one of two million runs.
    expect(ones.filter((count) => Math.abs(count - samples / 2) > 6 * Math.sqrt(samples / 4))).toEqual([]);
  });
});
