import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { LOCALES, type Locale } from '../i18n/locale.js';
import { en, type PageTexts } from './texts/en.js';
import { ko } from './texts/ko.js';

/** A page is a view of this name, a script of this name in `assets/`, and its texts. */
export const PAGE_NAMES = ['confirm-sign-up', 'reset-password', 'not-me', 'confirm-email', 'undo-email'] as const;
export type PageName = (typeof PAGE_NAMES)[number];

export interface PageRendererOptions {
  productName: string;
  /** Where people log in, if the operator has told us. */
  loginUrl?: string | undefined;
}

const VIEWS = fileURLToPath(new URL('./views/', import.meta.url));
const TEXTS: Record<Locale, PageTexts> = { en, ko };
const LANGUAGE_NAMES: Record<Locale, string> = { en: 'English', ko: '한국어' };

/**
 * Renders the built-in pages.
 * A page knows nothing of the visitor: what it shows depends on the language alone, and the script does the rest.
 * So all of them are rendered once, at start-up, and a broken view stops the start instead of a visitor.
 */
export class PageRenderer {
  private readonly pages = new Map<string, string>();

  constructor(options: PageRendererOptions) {
    const handlebars = Handlebars.create();
    for (const partial of ['layout', 'password-field']) handlebars.registerPartial(partial, view(partial));
    for (const page of PAGE_NAMES) {
      const template = handlebars.compile(view(page), { strict: true });
      for (const locale of LOCALES) this.pages.set(`${locale} ${page}`, template(this.values(options, page, locale)));
    }
  }

  render(page: PageName, locale: Locale): string {
    const html = this.pages.get(`${locale} ${page}`);
    if (html === undefined) throw new Error('unknown page or language');
    return html;
  }

  private values(options: PageRendererOptions, page: PageName, locale: Locale): object {
    return {
      page,
      language: locale,
      productName: options.productName,
      loginUrl: options.loginUrl ?? '',
      common: TEXTS[locale].common,
      texts: TEXTS[locale][page],
      otherLanguages: LOCALES.filter((other) => other !== locale).map((code) => ({ code, name: LANGUAGE_NAMES[code] })),
    };
  }
}

function view(name: string): string {
  return readFileSync(`${VIEWS}${name}.hbs`, 'utf8');
}
