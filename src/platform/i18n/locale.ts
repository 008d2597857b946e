import Negotiator from 'negotiator';

/** The languages that people are spoken to in. */
export const LOCALES = ['en', 'ko'] as const;
export type Locale = (typeof LOCALES)[number];

const MAX_HEADER = 256;

/**
 * Picks the language for an answer from `Accept-Language` (RFC 9110 section 12.5.4).
 * Quality values and regional forms such as `ko-KR` are understood; nothing acceptable gives the fallback.
 */
export function negotiateLocale(acceptLanguage: string | undefined, fallback: Locale): Locale {
  if (acceptLanguage === undefined || acceptLanguage === '') return fallback;
  // The fallback stands first because it wins among equals, such as `*`.
  const available = [fallback, ...LOCALES.filter((locale) => locale !== fallback)];
  // No browser sends more; parsing a header of many kilobytes takes milliseconds.
  const header = acceptLanguage.slice(0, MAX_HEADER);
  const negotiator = new Negotiator({ headers: { 'accept-language': header } });
  return (negotiator.language(available) as Locale | undefined) ?? fallback;
}
