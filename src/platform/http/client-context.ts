import type { Locale } from '../i18n/locale.js';

/** Where a request came from and how to speak to the one who sent it; handed from the controller down, never looked up. */
export interface ClientContext {
  readonly ip: string;
  readonly userAgent: string;
  readonly locale: Locale;
  readonly requestId: string;
  /** The administrator who acts on an account; absent where people act for themselves. */
  readonly actorId?: string;
}
