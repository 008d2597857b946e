import { describe, expect, it } from '@jest/globals';
import { gapKm, leastDistanceKm } from './country-distance.js';
import { COUNTRY_SHAPES } from './country-shapes.js';

/** Places far from the centre of their country, in degrees north and east. */
const FAR_PLACES: [code: string, place: string, latitude: number, longitude: number][] = [
  ['US', 'Honolulu', 21.3, -157.9],
  ['US', 'Lihue', 22, -159.5],
  ['US', 'Anchorage', 61.2, -149.9],
  ['US', 'Fairbanks', 64.8, -147.7],
  ['US', 'Key West', 24.6, -81.8],
  ['CL', 'Hanga Roa', -27.1, -109.4],
  ['CL', 'Arica', -18.5, -70.3],
  ['CL', 'Puerto Williams', -54.9, -67.6],
  ['AU', 'Lord Howe Island', -31.6, 159.1],
  ['AU', 'Hobart', -42.9, 147.3],
  ['EC', 'Galápagos', -0.9, -91],
  ['ES', 'El Hierro', 27.7, -18.1],
  ['PT', 'Flores', 39.4, -31.2],
  ['RU', 'Kaliningrad', 54.7, 20.5],
  ['RU', 'Uelen', 66.2, -169.8],
  ['JP', 'Yonaguni', 24.5, 123],
  ['JP', 'Chichijima', 27.1, 142.2],
  ['IN', 'Port Blair', 11.7, 92.7],
  ['IN', 'Dibrugarh', 27.5, 96],
  ['ID', 'Merauke', -8.5, 140.4],
  ['CN', 'Kashgar', 39.5, 76],
  ['CN', 'Fuyuan', 48.4, 134.3],
  ['CA', "St. John's", 47.6, -52.7],
  ['CA', 'Alert', 82.5, -62.3],
  ['NZ', 'Chatham Islands', -44, -176.5],
  ['BR', 'Fernando de Noronha', -3.85, -32.4],
  ['BR', 'Chuí', -33.7, -53.4],
  ['AR', 'Ushuaia', -54.8, -68.3],
  ['MX', 'Tijuana', 32.5, -117],
  ['NO', 'Vardø', 70.4, 31.1],
  ['SJ', 'Jan Mayen', 71, -8.5],
  ['GR', 'Kastellorizo', 36.15, 29.6],
  ['CO', 'San Andrés', 12.6, -81.7],
  ['YE', 'Socotra', 12.5, 54],
  ['MU', 'Agaléga', -10.4, 56.6],
  ['AO', 'Cabinda', -5.5, 12.2],
  ['NA', 'Katima Mulilo', -17.5, 24.3],
  ['KI', 'Kiritimati', 1.9, -157.4],
  ['PF', 'Gambier Islands', -23.1, -135],
  ['FJ', 'Rotuma', -12.5, 177.1],
  ['SB', 'Tikopia', -12.3, 168.8],
  ['SH', 'Tristan da Cunha', -37.1, -12.3],
];

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
    ['KR', 'US', 5_000, 6_100], // Seoul and Anchorage
    ['KR', 'DE', 6_500, 8_200],
    ['GB', 'AU', 10_500, 14_500],
    ['BR', 'JP', 11_000, 17_000],
    ['KR', 'RU', 0, 700],
    ['FR', 'ZA', 6_500, 8_700],
    ['US', 'NZ', 5_000, 7_100], // Honolulu and Auckland
    ['CL', 'PF', 1_500, 2_600], // Easter Island and the Gambier Islands
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

  it.each(FAR_PLACES)('is not overestimated for %s, %s', (code, _place, latitude, longitude) => {
    const place = { latitude, longitude, radiusKm: 0 };
    expect(Math.min(...COUNTRY_SHAPES.get(code)!.map((part) => gapKm(part, place)))).toBeLessThanOrEqual(0);
  });

  it('is known for every country, each with a plausible position', () => {
    expect(COUNTRY_SHAPES.size).toBe(250);
    for (const [code, parts] of COUNTRY_SHAPES) {
      expect(code).toMatch(/^[A-Z]{2}$/);
      const isPlausible = parts.every(
        ({ latitude, longitude, radiusKm }) => Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && radiusKm > 0,
      );
      expect([code, isPlausible]).toEqual([code, true]);
    }
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (const code of COUNTRY_SHAPES.keys()) expect([code, typeof names.of(code)]).toEqual([code, 'string']);
  });
});
