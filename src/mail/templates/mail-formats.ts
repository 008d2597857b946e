import type { Locale } from '../../platform/i18n/locale.js';

/** How each language writes what a mail template prints besides plain text: times, counts and web addresses. */
export interface MailFormats {
  /**
   * A moment as people read it, with the name of the clock, because we do not know where the reader is: Korean mails go
   * by the clock of Korea, the others by UTC.
   */
  time(iso: string): string;
  /** The month of a moment. */
  month(iso: string): string;
  /** "1 minute", "10 minutes". */
  count(amount: number, one: string, many: string): string;
  /** The address itself, if it is a web address. Throws otherwise, so that no `javascript:` ends up behind a button. */
  web(address: string): string;
}

export function mailFormats(locale: Locale): MailFormats {
  const language = { en: 'en-GB', ko: 'ko-KR' }[locale];
  const timeZone = { en: 'UTC', ko: 'Asia/Seoul' }[locale];
  const clockName = { en: 'UTC', ko: '(한국 시각)' }[locale];
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone });
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone });
  const month = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' });
  return {
    time: (iso) => {
      const moment = momentOf(iso);
      const separator = locale === 'en' ? ', ' : ' ';
      return `${day.format(moment)}${separator}${clock.format(moment)} ${clockName}`;
    },
    month: (iso) => month.format(momentOf(iso)),
    count: (amount, one, many) => {
      if (typeof amount !== 'number') throw new Error('a mail template counts something that is no number');
      return `${amount} ${amount === 1 ? one : many}`;
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

function momentOf(iso: string): Date {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) throw new Error('a mail template needs times in ISO 8601');
  return moment;
}
