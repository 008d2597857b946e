import type { MailLocale } from './mail-locale.js';

/**
 * The name of a country in a language.
 * @param country ISO 3166-1 alpha-2; any other text is returned as it is
 */
export function countryName(country: string, locale: MailLocale): string {
  if (!/^[A-Z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country;
}
