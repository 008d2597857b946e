import type { Locale } from '../i18n/locale.js';

/** Origin and language of a request. Controllers pass it on as an argument; no code looks it up. */
export interface ClientContext {
  readonly ip: string;
  readonly userAgent: string;
  readonly locale: Locale;
  readonly requestId: string;
  /** The administrator who acts on an account; absent where members act for themselves. */
  readonly actorId?: string;
}
