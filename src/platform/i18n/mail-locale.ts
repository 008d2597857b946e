import { LOCALES, negotiate, type Locale } from './locale.js';

/** The language of a mail: one of ours, or the tag of a language that the operator added (BCP 47). */
export type MailLocale = Locale | (string & {});

/**
 * The languages of mails that this process offers. The list is filled when the configuration is read,
 * because the decorators of request fields run before that.
 */
const offered: MailLocale[] = [...LOCALES];

/** @param added tags of languages that the operator added */
export function offerMailLocales(added: readonly MailLocale[]): void {
  offered.splice(LOCALES.length, Infinity, ...added);
}

/** Other names of our languages: their codes of three letters (ISO 639) and their English names. */
const SYNONYMS: ReadonlyMap<string, Locale> = new Map([
  ['kor', 'ko'],
  ['korean', 'ko'],
  ['eng', 'en'],
  ['english', 'en'],
]);

/** Whether texts in this language come with the server. */
export const isOurs = (locale: MailLocale): locale is Locale => LOCALES.some((ours) => ours === locale);

/** The languages of mails, those that come with the server first. */
export function mailLocales(): readonly MailLocale[] {
  return offered;
}

export function isMailLocale(value: unknown): value is MailLocale {
  return offered.includes(value as MailLocale);
}

/**
 * The language of mails for a tag of another system, such as `ko_KR` or `korean`.
 * @returns undefined if mails have neither that language nor the one without its region
 */
export function findMailLocale(tag: string): MailLocale | undefined {
  const wanted = tag.replace(/_/g, '-').toLowerCase();
  const fits = offered.filter((locale) => `${wanted}-`.startsWith(`${locale.toLowerCase()}-`));
  return fits.sort((a, b) => b.length - a.length)[0] ?? SYNONYMS.get(wanted.split('-')[0]!);
}

/**
 * The language added by the operator that `Accept-Language` prefers to the languages of the server.
 * @returns undefined if a language of the server fits best, or if the operator added none
 */
export function findAddedLocale(acceptLanguage: string | undefined, fallback: Locale): MailLocale | undefined {
  if (offered.length === LOCALES.length) return undefined;
  const preferred = negotiate(acceptLanguage, offered, fallback);
  return isOurs(preferred) ? undefined : preferred;
}

/** TypeScript does not know the direction yet; Node.js 20 has the property, later versions the method. */
type DirectedLocale = Intl.Locale & Partial<Record<'textInfo', TextInfo> & Record<'getTextInfo', () => TextInfo>>;
type TextInfo = { readonly direction: 'ltr' | 'rtl' };

/** The direction in which the language is written. */
export function directionOf(locale: MailLocale): 'ltr' | 'rtl' {
  const language: DirectedLocale = new Intl.Locale(locale);
  return (language.getTextInfo?.() ?? language.textInfo)?.direction ?? 'ltr';
}

/** The language's own name for itself: 日本語. */
export function nameOfLanguage(locale: MailLocale): string {
  return new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale;
}
