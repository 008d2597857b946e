import { COUNTRY_SHAPES } from './country-shapes.js';

const EARTH_RADIUS_KM = 6371;

/**
 * A lower bound in km for the distance between two countries: the distance between their centres
 * minus both radii. It is 0 for neighbours, and for a country that is not in the table, so that an
 * unknown country never counts as far away.
 */
export function leastDistanceKm(from: string, to: string): number {
  const a = COUNTRY_SHAPES.get(from);
  const b = COUNTRY_SHAPES.get(to);
  if (!a || !b || from === to) return 0;
  const [latitude1, latitude2] = [radians(a.latitude), radians(b.latitude)];
  const cosine =
    Math.sin(latitude1) * Math.sin(latitude2) +
    Math.cos(latitude1) * Math.cos(latitude2) * Math.cos(radians(b.longitude - a.longitude));
  const betweenCentres = EARTH_RADIUS_KM * Math.acos(Math.min(1, Math.max(-1, cosine)));
  return Math.max(0, betweenCentres - a.radiusKm - b.radiusKm);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
