import { describe, expect, it } from '@jest/globals';
import { canonicalRange, isInRanges, parseAddressRange } from './address-range.js';

describe('an address range', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0::1', '2001:db8::1/128'],
    ['2001:db8::1/48', '2001:db8::/48'],
  ])('%s has one notation', (text, notation) => {
    expect(parseAddressRange(text)).not.toBeNull();
    expect(canonicalRange(text)).toBe(notation);
  });

  it.each([
    '',
    '1.2.3',
    '010.0.0.1',
    '10.0.0.0/33',
    '::1/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/104',
    'a',
  ])('%j is refused', (text) => expect(parseAddressRange(text)).toBeNull());

  it('AK-01 holds the addresses of its network and its kind', () => {
    const ranges = ['203.0.113.0/24', '2001:db8::/32'].map((text) => parseAddressRange(text)!);
    for (const ip of ['203.0.113.0', '203.0.113.255', '2001:db8:ffff::1']) expect(isInRanges(ip, ranges)).toBe(true);
    for (const ip of ['203.0.114.0', '2001:db9::1', '::cb00:7100', 'unknown', ''])
      expect(isInRanges(ip, ranges)).toBe(false);
    expect(isInRanges('203.0.113.1', [])).toBe(false);
  });
});
