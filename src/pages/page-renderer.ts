import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type { PageName } from '../platform/config/built-in-pages.js';
import type { AttributeDeclaration } from '../platform/attributes/attribute-declarations.js';
import { LOCALES, type Locale } from '../platform/i18n/locale.js';
import { isOurs, mailLocales, nameOfLanguage } from '../platform/i18n/mail-locale.js';
import { attributeFieldsOf } from './attribute-fields.js';
import { socialButtonsOf, type SocialButton } from './social-buttons.js';
import { en, type PageTexts } from './texts/en.js';
import { ko } from './texts/ko.js';

export interface PageRendererOptions {
  readonly productName: string;
  readonly hasLogo: boolean;
  /** The enabled pages. Pages link only to enabled ones. */
  readonly pages: readonly PageName[];
  /** The operator's own login page, if there is one. */
  readonly loginUrl?: string | undefined;
  /** The operator's own app, if it is configured. */
  readonly appUrl?: string | undefined;
  /** The origins that visitors may be sent back to; see return-to.js. */
  readonly returnOrigins: readonly string[];
  /** Whether apps may use the same cookies; see bound-request.js. */
  readonly sharesCookie: boolean;
  readonly passwordMinLength: number;
  /** The seconds between two mails to one address. */
  readonly resendSeconds: number;
  /** The minimum zxcvbn score, from 0 to 4. */
  readonly passwordMinScore: number;
  /** With 0, the pages announce that a closed account is erased at once. */
  readonly erasureGraceSeconds: number;
  /** Who may sign up; see SignUpPolicy. */
  readonly signUp: 'open' | 'domains' | 'invited';
  /** With `domains`: the mail domains whose addresses may sign up. */
  readonly signUpDomains: readonly string[];
  /** Declared by the operator. */
  readonly attributes: ReadonlyMap<string, AttributeDeclaration>;
  /** Whether there are documents to agree to. */
  readonly hasConsents: boolean;
  readonly socialProviders: readonly { readonly id: string; readonly name: string }[];
  /** The page that providers send visitors back to; null if SOCIAL_REDIRECT_URIS excludes it. */
  readonly socialRedirectUri: string | null;
  /** Whether the login page may lead back to the console of administrators. */
  readonly hasConsole: boolean;
}

const DAY_SECONDS = 86_400;
const VIEWS = fileURLToPath(new URL('./views/', import.meta.url));
const TEXTS: Record<Locale, PageTexts> = { en, ko };
const LANGUAGE_NAMES: Record<Locale, string> = { en: 'English', ko: '한국어' };

/**
 * Renders the built-in pages. The HTML depends only on the language, never on the visitor, and
 * scripts load the rest. So each page is rendered once per language, on the first request.
 */
export class PageRenderer {
  private readonly rendered = new Map<string, string>();
  /** Created with the first page. */
  private handlebars: typeof Handlebars | undefined;

  constructor(private readonly options: PageRendererOptions) {}

  /** Returns null for a page that does not exist or is not enabled. */
  render(name: string, locale: Locale): string | null {
    const page = this.options.pages.find((enabled) => enabled === name);
    if (page === undefined) return null;
    return this.renderView(page, locale, TEXTS[locale][page]);
  }

  /** Renders the page for a URL without a page. Returns null if no page is enabled. */
  renderNotFound(locale: Locale): string | null {
    if (this.options.pages.length === 0) return null;
    return this.renderView('not-found', locale, TEXTS[locale]['not-found']);
  }

  /**
   * Renders any view of the folder, even if the setting PAGES does not select it.
   * @param replaced values that differ from those of the pages
   */
  renderView(view: string, locale: Locale, texts: Record<string, string>, replaced: object = {}): string {
    const key = `${locale} ${view}`;
    const html = this.rendered.get(key) ?? this.compile(view)({ ...this.values(view, locale, texts), ...replaced });
    this.rendered.set(key, html);
    return html;
  }

  private compile(view: string): Handlebars.TemplateDelegate {
    this.handlebars ??= createHandlebars();
    return this.handlebars.compile(readFileSync(`${VIEWS}${view}.hbs`, 'utf8'), { strict: true });
  }

  private values(page: string, locale: Locale, texts: Record<string, string>): object {
    const { productName, hasLogo, appUrl, returnOrigins, sharesCookie, hasConsole } = this.options;
    const { passwordMinLength, passwordMinScore, resendSeconds, erasureGraceSeconds } = this.options;
    // Rounded up: with 0 days the texts announce an erasure at once.
    const erasureGraceDays = Math.ceil(erasureGraceSeconds / DAY_SECONDS);
    const inDays = new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' });
    return {
      page,
      language: locale,
      productName,
      hasLogo,
      appUrl: appUrl ?? '',
      returnOrigins: returnOrigins.join(' '),
      sharesCookie,
      hasConsole,
      stylesheet: '',
      passwordMinLength,
      passwordMinScore,
      resendSeconds,
      erasureGraceDays,
      links: this.links(locale),
      isInvitedOnly: this.options.signUp === 'invited',
      signUpDomains: this.options.signUpDomains.join(', '),
      hasConsents: this.options.hasConsents,
      attributes: attributeFieldsOf(this.options.attributes, locale),
      social: this.socialLogin(locale),
      common: fillPlaceholders(TEXTS[locale].common, { passwordMinLength }),
      texts: fillPlaceholders(texts, { erasureGrace: inDays.format(erasureGraceDays) }),
      // Languages that the operator added: mails exist in them, but pages do not.
      mailLanguages: mailLocales()
        .filter((code) => !isOurs(code))
        .map((code) => ({ code, name: nameOfLanguage(code) })),
      otherLanguages: LOCALES.filter((other) => other !== locale).map((code) => ({ code, name: LANGUAGE_NAMES[code] })),
    };
  }

  /** Null if the pages offer no social login. They then have no button and load no script for it (SO-73). */
  private socialLogin(locale: Locale): { redirectUri: string; buttons: SocialButton[] } | null {
    const { socialProviders, socialRedirectUri, pages, loginUrl } = this.options;
    if (socialProviders.length === 0 || socialRedirectUri === null) return null;
    // The provider sends the browser back to `social-login`, and `login` logs the visitor in.
    if (!pages.includes('social-login') || !pages.includes('login') || loginUrl !== undefined) return null;
    return { redirectUri: socialRedirectUri, buttons: socialButtonsOf(socialProviders, locale) };
  }

  /** The links between pages, empty where the target is not enabled. Links keep the language. */
  private links(
    locale: Locale,
  ): Record<'login' | 'signUp' | 'resetPassword' | 'findLoginId' | 'account' | 'next', string> {
    const to = (page: PageName): string => (this.options.pages.includes(page) ? `${page}?lang=${locale}` : '');
    return {
      login: this.options.loginUrl ?? to('login'),
      // A link to a form that refuses every visitor would only raise hopes (AC-20).
      signUp: this.options.signUp === 'invited' ? '' : to('sign-up'),
      resetPassword: to('reset-password'),
      findLoginId: to('find-login-id'),
      account: to('account'),
      next: this.options.appUrl ?? to('account'),
    };
  }
}

function createHandlebars(): typeof Handlebars {
  const handlebars = Handlebars.create();
  for (const file of readdirSync(`${VIEWS}partials`))
    handlebars.registerPartial(file.replace(/\.hbs$/, ''), readFileSync(`${VIEWS}partials/${file}`, 'utf8'));
  return handlebars;
}

/** Replaces the placeholders known at start-up. The scripts fill the others. */
function fillPlaceholders(
  texts: Record<string, string>,
  values: Record<string, string | number>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      text.replace(/\{(\w+)\}/g, (placeholder, name: string) => (name in values ? String(values[name]) : placeholder)),
    ]),
  );
}
