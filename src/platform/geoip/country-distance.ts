import { COUNTRY_SHAPES, type CountryPart } from './country-shapes.js';

const EARTH_RADIUS_KM = 6371;

/**
 * A lower bound in km for the distance between two countries: of their nearest parts, the distance
 * between the centres minus both radii. It is 0 for neighbours, and for a country that is not in the
 * table, so that an unknown country never counts as far away.
 */
export function leastDistanceKm(from: string, to: string): number {
  const fromParts = COUNTRY_SHAPES.get(from);
  const toParts = COUNTRY_SHAPES.get(to);
  if (!fromParts || !toParts || from === to) return 0;
  return Math.min(...fromParts.flatMap((a) => toParts.map((b) => Math.max(0, gapKm(a, b)))));
}

/** The distance between the centres of two circles minus both radii; negative if they overlap. */
export function gapKm(a: CountryPart, b: CountryPart): number {
  const [latitude1, latitude2] = [radians(a.latitude), radians(b.latitude)];
  const cosine =
    Math.sin(latitude1) * Math.sin(latitude2) +
    Math.cos(latitude1) * Math.cos(latitude2) * Math.cos(radians(b.longitude - a.longitude));
  return EARTH_RADIUS_KM * Math.acos(Math.min(1, Math.max(-1, cosine))) - a.radiusKm - b.radiusKm;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
