import type { Locale } from '../i18n/locale.js';
import type { MailLocale } from '../i18n/mail-locale.js';

/**
 * Origin and language of a request. Controllers pass it to services as an argument; it is in no
 * global variable.
 */
export interface ClientContext {
  readonly ip: string;
  readonly userAgent: string;
  /** The language of the response. */
  readonly locale: Locale;
  /** A language that the operator added and the client prefers; otherwise absent. */
  readonly mailLocale?: MailLocale;
  readonly requestId: string;
  /** The administrator who acts on an account; absent where members act for themselves. */
  readonly actorId?: string;
  /** The API key that acts on an account, instead of an administrator. */
  readonly apiKeyId?: string;
  /** Why the administrator or the API key acts, in their own words. */
  readonly auditReason?: string | undefined;
}

/** The languages that the client reads, the preferred one first: for texts that the operator wrote. */
export function languagesOf({ locale, mailLocale }: ClientContext): MailLocale[] {
  return mailLocale === undefined ? [locale] : [mailLocale, locale];
}
