// @ts-check

/** Names the browser and the system of a device. */

/**
 * Marks of browsers and systems in a user agent. The order matters: user agents also name the
 * products they are compatible with, so derived products come first.
 */
const BROWSERS = {
  Edg: 'Edge',
  OPR: 'Opera',
  SamsungBrowser: 'Samsung Internet',
  Whale: 'Whale',
  Firefox: 'Firefox',
  Chrome: 'Chrome',
  Safari: 'Safari',
};
const SYSTEMS = {
  Android: 'Android',
  iPhone: 'iPhone',
  iPad: 'iPad',
  Windows: 'Windows',
  'Mac OS X': 'macOS',
  CrOS: 'ChromeOS',
  Linux: 'Linux',
};

/** @param {string} userAgent */
export function describeDevice(userAgent) {
  const parts = [BROWSERS, SYSTEMS].map(
    (names) => Object.entries(names).find(([mark]) => userAgent.includes(mark))?.[1],
  );
  return parts.filter(Boolean).join(' / ');
}
