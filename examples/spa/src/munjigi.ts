import { MunjigiClient } from 'munjigi-client';
import { language } from './language.js';

/** One for the whole page: calls share its refreshes. The refresh token is in a cookie that this page cannot read. */
export const munjigi = new MunjigiClient({
  baseUrl: (import.meta.env.VITE_MUNJIGI_URL as string | undefined) ?? 'http://localhost:3000',
  transport: 'cookie',
  locale: language.current,
});
