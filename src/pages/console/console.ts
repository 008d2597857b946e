import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EVENT_TYPES } from '../../security/events/events.js';
import { SCOPES } from '../../platform/http/principal.js';
import { MAIL_TEMPLATE_NAMES } from '../../mail/templates/mail-template-fields.js';
import type { Locale } from '../../platform/i18n/locale.js';
import { mailLocales, nameOfLanguage } from '../../platform/i18n/mail-locale.js';
import { pageAsset, type PageAsset } from '../page-asset.js';
import type { PageRenderer } from '../page-renderer.js';
import { en as enPages } from '../texts/en.js';
import { ko as koPages } from '../texts/ko.js';
import { en } from './texts.en.js';
import { ko } from './texts.ko.js';

const FOLDER = fileURLToPath(new URL('../assets/admin/', import.meta.url));
const CONTENT_TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };
/** The texts of the account page that the console shows, too: security events, and the request to log in again. */
const SHARED_TEXTS = /^(event|signal)-|^(unknownDevice|confirmLogin|confirmPasskey|logInAgain|yes|no)$/;

/** The views of the navigation, in its order. */
export const VIEWS = [
  'overview',
  'members',
  'invitations',
  'mails',
  'mail-texts',
  'webhooks',
  'api-keys',
  'imports',
] as const;

/** What `/pages/admin` consists of. */
export interface Console {
  readonly assets: ReadonlyMap<string, PageAsset>;
  readonly render: (locale: Locale) => string;
}

/** Reads the console from the disk. @param served which pages it may lead to */
export function loadConsole(renderer: PageRenderer, served: { readonly login: boolean }): Console {
  const texts = consoleTexts();
  return {
    assets: readAssets(),
    render: (locale) =>
      renderer.renderView('admin/console', locale, texts[locale], {
        stylesheet: 'assets/admin/console.css',
        views: VIEWS.map((name) => ({ name, title: texts[locale][`view-${name}`] })),
        // Each language is named in itself, so that its name is the same in every language of the page.
        languages: mailLocales().map((code) => ({ code, name: nameOfLanguage(code) })),
        ...{ scopes: SCOPES, eventTypes: EVENT_TYPES },
        ...{ mailTemplates: MAIL_TEMPLATE_NAMES.join(' '), mailLocales: mailLocales().join(' ') },
        // Used even if LOGIN_URL is set: only the built-in login page can lead back to the console.
        consoleLogin: served.login ? `login?lang=${locale}` : '',
      }),
  };
}

/** All texts of the console, by language. */
export function consoleTexts(): Record<Locale, Record<string, string>> {
  return { en: { ...sharedOf(enPages.account), ...en }, ko: { ...sharedOf(koPages.account), ...ko } };
}

function sharedOf(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => SHARED_TEXTS.test(key)));
}

function readAssets(): Map<string, PageAsset> {
  const assets = new Map<string, PageAsset>();
  for (const file of readdirSync(FOLDER)) {
    const contentType = CONTENT_TYPES[file.split('.').at(-1) as keyof typeof CONTENT_TYPES];
    if (contentType !== undefined) assets.set(file, pageAsset(contentType, readFileSync(FOLDER + file)));
  }
  return assets;
}
