import { describe, expect, it } from '@jest/globals';
import { leastDistanceKm } from './country-distance.js';
import { COUNTRY_SHAPES } from './country-shapes.js';

describe('the minimum distance between two countries', () => {
  it.each([
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
  ])('is zero between the neighbours %s and %s', (a, b) => expect(leastDistanceKm(a, b)).toBe(0));

  it.each([
    ['KR', 'US', 6_000, 8_400],
    ['KR', 'DE', 6_500, 8_200],
    ['GB', 'AU', 10_500, 14_500],
    ['BR', 'JP', 11_000, 17_000],
    ['KR', 'RU', 0, 700],
    ['FR', 'ZA', 6_500, 8_700],
  ])('is at most the shortest journey from %s to %s, and close to it', (a, b, least, most) => {
    expect(leastDistanceKm(a, b)).toBeGreaterThanOrEqual(least);
    expect(leastDistanceKm(a, b)).toBeLessThanOrEqual(most);
    expect(leastDistanceKm(b, a)).toBe(leastDistanceKm(a, b));
  });

  it('is zero within a country and to an unknown country', () => {
    expect(leastDistanceKm('KR', 'KR')).toBe(0);
    expect(leastDistanceKm('KR', 'ZZ')).toBe(0);
    expect(leastDistanceKm('ZZ', 'KR')).toBe(0);
  });

  it('is known for every country, each with a plausible position', () => {
    expect(COUNTRY_SHAPES.size).toBe(250);
    for (const [code, { latitude, longitude, radiusKm }] of COUNTRY_SHAPES) {
      expect(code).toMatch(/^[A-Z]{2}$/);
      expect([code, Math.abs(latitude) <= 90, Math.abs(longitude) <= 180, radiusKm > 0]).toEqual([
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
