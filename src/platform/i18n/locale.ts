import Negotiator from 'negotiator';

/** Languages of messages, pages and mails. */
export const LOCALES = ['en', 'ko'] as const;
export type Locale = (typeof LOCALES)[number];

const MAX_HEADER = 256;

/**
 * Picks the language of a response from `Accept-Language` (RFC 9110 section 12.5.4), including
 * quality values and regional forms such as `ko-KR`.
 *
 * @returns `fallback` where the header names no supported language
 */
export function negotiateLocale(acceptLanguage: string | undefined, fallback: Locale): Locale {
  return negotiate(acceptLanguage, LOCALES, fallback);
}

/** As {@link negotiateLocale}, for the languages in `supported`. */
export function negotiate<Tag extends string>(
  acceptLanguage: string | undefined,
  supported: readonly Tag[],
  fallback: Tag,
): Tag {
  if (acceptLanguage === undefined || acceptLanguage === '') return fallback;
  // The fallback comes first, because the first wins among equals, such as with `*`.
  const available = [fallback, ...supported.filter((locale) => locale !== fallback)];
  // The header is cut off, because parsing many kilobytes takes milliseconds; browsers send less.
  // Some HTTP libraries send the name of a POSIX locale, `ko_KR` or `ko@euro`, or the three-letter
  // code of the language instead of a language tag.
  const header = acceptLanguage
    .slice(0, MAX_HEADER)
    .replace(/_/g, '-')
    .replace(/@[^,;]*/g, '')
    .replace(/(?<![\w-])(?:(ko)r|(en)g)(?![\w])/gi, '$1$2');
  const negotiator = new Negotiator({ headers: { 'accept-language': header } });
  return (negotiator.language(available) as Tag | undefined) ?? fallback;
}
