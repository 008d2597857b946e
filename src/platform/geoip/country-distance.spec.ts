import { describe, expect, it } from '@jest/globals';
import { leastDistanceKm } from './country-distance.js';
import { COUNTRY_SHAPES } from './country-shapes.js';

describe('the least distance between two countries', () => {
  it.each([
    // Shortest real distances: Dokdo to Oki, Kent to Calais, Ceuta to the border, Alaska's mainland apart, Busan to Tsushima.
    ['KR', 'JP'],
    ['GB', 'FR'],
    ['ES', 'MA'],
    ['US', 'CA'],
    ['US', 'MX'],
    ['DE', 'CH'],
    ['RU', 'CN'],
    ['IN', 'PK'],
    ['SG', 'MY'],
    ['PT', 'ES'],
    ['FR', 'MC'],
    ['AR', 'CL'],
    ['FI', 'RU'],
    ['TH', 'LA'],
    ['SE', 'NO'],
  ])('is nothing between the neighbours %s and %s', (a, b) => expect(leastDistanceKm(a, b)).toBe(0));

  it.each([
    ['KR', 'US', 6_000, 8_400],
    ['KR', 'DE', 6_500, 8_200],
    ['GB', 'AU', 10_500, 14_500],
    ['BR', 'JP', 11_000, 17_000],
    ['KR', 'RU', 0, 700],
    ['FR', 'ZA', 6_500, 8_700],
  ])('is less than any real journey from %s to %s, and not by much', (a, b, least, most) => {
    expect(leastDistanceKm(a, b)).toBeGreaterThanOrEqual(least);
    expect(leastDistanceKm(a, b)).toBeLessThanOrEqual(most);
    expect(leastDistanceKm(b, a)).toBe(leastDistanceKm(a, b));
  });

  it('is nothing within a country, and to a country that nobody knows', () => {
    expect(leastDistanceKm('KR', 'KR')).toBe(0);
    expect(leastDistanceKm('KR', 'ZZ')).toBe(0);
    expect(leastDistanceKm('ZZ', 'KR')).toBe(0);
  });

  it('is known for every country, each with a sensible place', () => {
    expect(COUNTRY_SHAPES.size).toBe(250);
    for (const [code, { latitude, longitude, reachKm }] of COUNTRY_SHAPES) {
      expect(code).toMatch(/^[A-Z]{2}$/);
      expect([code, Math.abs(latitude) <= 90, Math.abs(longitude) <= 180, reachKm > 0]).toEqual([
        code,
        true,
        true,
        true,
      ]);
    }
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (const code of COUNTRY_SHAPES.keys()) expect([code, typeof names.of(code)]).toEqual([code, 'string']);
  });
});
