import { MunjigiClient } from 'munjigi-client';
import { language } from './language.js';

/**
 * One client for the whole page, so that calls share token refreshes. The refresh token is in a
 * cookie that scripts cannot read.
 */
export const munjigi = new MunjigiClient({
  baseUrl: (import.meta.env.VITE_MUNJIGI_URL as string | undefined) ?? 'http://localhost:3000',
  transport: 'cookie',
  locale: language.current,
});
