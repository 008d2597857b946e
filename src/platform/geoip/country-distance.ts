import { COUNTRY_SHAPES } from './country-shapes.js';

const EARTH_RADIUS_KM = 6371;

/**
 * The least distance between a place in one country and a place in the other, in km: from middle to middle, less how far
 * each reaches. Neighbours are 0 apart, and so is a country that is not in the table: what is not known is not far.
 */
export function leastDistanceKm(from: string, to: string): number {
  const a = COUNTRY_SHAPES.get(from);
  const b = COUNTRY_SHAPES.get(to);
  if (!a || !b || from === to) return 0;
  const [latitude1, latitude2] = [radians(a.latitude), radians(b.latitude)];
  const cosine =
    Math.sin(latitude1) * Math.sin(latitude2) +
    Math.cos(latitude1) * Math.cos(latitude2) * Math.cos(radians(b.longitude - a.longitude));
  const betweenMiddles = EARTH_RADIUS_KM * Math.acos(Math.min(1, Math.max(-1, cosine)));
  return Math.max(0, betweenMiddles - a.reachKm - b.reachKm);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
