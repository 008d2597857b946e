import type { Locale } from '../../platform/i18n/locale.js';
import { isOurs, type MailLocale } from '../../platform/i18n/mail-locale.js';

/** Formats of one language for the values that a mail template prints: times, counts and web addresses. */
export interface MailFormats {
  /**
   * Date and time with the name of the time zone, because the reader's own zone is unknown. The zone is
   * the one that the operator set for the language; by default Korean time in Korean mails, UTC in others.
   */
  time(iso: string): string;
  /** Year and month. */
  month(iso: string): string;
  /** "1 minute", "10 minutes". */
  count(amount: number, singular: string, plural: string): string;
  /**
   * @returns the address, normalized
   * @throws Error unless it is http or https: a button must never open `javascript:`
   */
  web(address: string): string;
}

/** The time zone in which mails print times, and its printed name. */
export interface MailZone {
  readonly timeZone: string;
  readonly zoneName: string;
}

const UTC: MailZone = { timeZone: 'UTC', zoneName: 'UTC' };
const ZONES: Record<Locale, MailZone> = { en: UTC, ko: { timeZone: 'Asia/Seoul', zoneName: '(한국 시각)' } };

/** @param zone set by the operator for the language (`language.json`) */
export function mailFormats(locale: MailLocale, zone?: MailZone): MailFormats {
  const language = locale === 'en' ? 'en-GB' : locale;
  const { timeZone, zoneName } = zone ?? (isOurs(locale) ? ZONES[locale] : UTC);
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone });
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone });
  const month = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' });
  return {
    time: (iso) => {
      const time = parseTime(iso);
      const separator = locale === 'en' ? ', ' : ' ';
      return `${day.format(time)}${separator}${clock.format(time)} ${zoneName}`;
    },
    month: (iso) => month.format(parseTime(iso)),
    count: (amount, singular, plural) => {
      if (typeof amount !== 'number') throw new Error('a mail template counts a value that is not a number');
      return `${amount} ${amount === 1 ? singular : plural}`;
    },
    web: (address) => {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
        throw new Error('a mail may link only to http and https addresses');
      }
      return url.href;
    },
  };
}

function parseTime(iso: string): Date {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) throw new Error('a mail template needs times in ISO 8601');
  return time;
}
