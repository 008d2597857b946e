import { en, ko } from './texts.js';

export type Language = 'en' | 'ko';
export type Texts = typeof en;

const KEY = 'language';
const TEXTS: Record<Language, Texts> = { en, ko };

/** The language of the page, of the server's messages and of the mails. */
export const language = {
  current: (): Language => {
    const chosen = localStorage.getItem(KEY) ?? navigator.language;
    return chosen.startsWith('ko') ? 'ko' : 'en';
  },
  choose: (chosen: Language): void => localStorage.setItem(KEY, chosen),
};

export const texts = (): Texts => TEXTS[language.current()];
