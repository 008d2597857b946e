import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type { PageName } from '../platform/config/built-in-pages.js';
import { LOCALES, type Locale } from '../platform/i18n/locale.js';
import { en, type PageTexts } from './texts/en.js';
import { ko } from './texts/ko.js';

export interface PageRendererOptions {
  readonly productName: string;
  readonly hasLogo: boolean;
  /** Those that are served; pages link to no other. */
  readonly pages: readonly PageName[];
  /** The operator's own login page, if there is one. */
  readonly loginUrl?: string | undefined;
  /** The operator's own app, if we have been told where it is. */
  readonly appUrl?: string | undefined;
  readonly passwordMinLength: number;
  /** From 0 to 4, as zxcvbn counts. */
  readonly passwordMinScore: number;
  /** Whole days; 0 when a closed account is erased at once. */
  readonly erasureGraceDays: number;
}

const VIEWS = fileURLToPath(new URL('./views/', import.meta.url));
const TEXTS: Record<Locale, PageTexts> = { en, ko };
const LANGUAGE_NAMES: Record<Locale, string> = { en: 'English', ko: '한국어' };

/**
 * Renders the built-in pages. A page knows nothing of the visitor: what it shows depends on the language alone, and the
 * script does the rest. So each is rendered once, when it is first asked for.
 */
export class PageRenderer {
  private readonly rendered = new Map<string, string>();
  /** With the partials; made with the first page. */
  private workshop: typeof Handlebars | undefined;

  constructor(private readonly options: PageRendererOptions) {}

  /** Null for a page that does not exist or is not served. */
  render(name: string, locale: Locale): string | null {
    const page = this.options.pages.find((served) => served === name);
    if (page === undefined) return null;
    const key = `${locale} ${page}`;
    const html = this.rendered.get(key) ?? this.view(page)(this.values(page, locale));
    this.rendered.set(key, html);
    return html;
  }

  private view(page: PageName): Handlebars.TemplateDelegate {
    this.workshop ??= withPartials();
    return this.workshop.compile(readFileSync(`${VIEWS}${page}.hbs`, 'utf8'), { strict: true });
  }

  private values(page: PageName, locale: Locale): object {
    const { productName, hasLogo, appUrl, passwordMinLength, passwordMinScore, erasureGraceDays } = this.options;
    return {
      page,
      language: locale,
      productName,
      hasLogo,
      appUrl: appUrl ?? '',
      passwordMinLength,
      passwordMinScore,
      erasureGraceDays,
      links: this.links(locale),
      common: filled(TEXTS[locale].common, { passwordMinLength }),
      texts: filled(TEXTS[locale][page], { erasureGraceDays }),
      otherLanguages: LOCALES.filter((other) => other !== locale).map((code) => ({ code, name: LANGUAGE_NAMES[code] })),
    };
  }

  /** Where one page leads to another; empty where there is nothing to lead to. The chosen language goes along. */
  private links(
    locale: Locale,
  ): Record<'login' | 'signUp' | 'resetPassword' | 'findLoginId' | 'account' | 'next', string> {
    const to = (page: PageName): string => (this.options.pages.includes(page) ? `${page}?lang=${locale}` : '');
    return {
      login: this.options.loginUrl ?? to('login'),
      signUp: to('sign-up'),
      resetPassword: to('reset-password'),
      findLoginId: to('find-login-id'),
      account: to('account'),
      next: this.options.appUrl ?? to('account'),
    };
  }
}

function withPartials(): typeof Handlebars {
  const handlebars = Handlebars.create();
  for (const file of readdirSync(`${VIEWS}partials`))
    handlebars.registerPartial(file.replace(/\.hbs$/, ''), readFileSync(`${VIEWS}partials/${file}`, 'utf8'));
  return handlebars;
}

/** Puts in what is known at start-up; other places are the scripts' to fill. */
function filled(texts: Record<string, string>, values: Record<string, number>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      text.replace(/\{(\w+)\}/g, (place, name: string) => (name in values ? String(values[name]) : place)),
    ]),
  );
}
