import { str } from 'envalid';
import { LOCALES } from '../i18n/locale.js';
import { PAGE_NAMES } from './built-in-pages.js';
import { IMPORT_ENVIRONMENT } from './import-environment.js';
import { SOCIAL_ENVIRONMENT } from './social-environment.js';
import { SIGN_UP_ENVIRONMENT } from './sign-up-environment.js';
import { TOKEN_HOOK_ENVIRONMENT } from './token-hook-environment.js';
import {
  cookiePrefix,
  flag,
  headerNames,
  hexColor,
  linkTemplate,
  natural,
  origins,
  pages,
  pageUrl,
} from './setting-types.js';

/** Clients, pages and brand. */
export const CLIENTS_ENVIRONMENT = {
  DEFAULT_LOCALE: str({
    choices: LOCALES,
    default: 'en',
    desc: 'language when a request accepts none of these',
  }),
  CORS_ORIGINS: origins({
    default: [],
    desc: 'origins of pages and apps that may call the API and use cookies',
    example: 'https://app.example.com',
  }),
  CORS_ALLOWED_HEADERS: headerNames({
    default: [],
    desc: 'further request headers that those origins may send',
    example: 'X-App-Version',
  }),
  TRUSTED_PROXIES: natural({
    default: 0,
    desc: 'number of reverse proxies in front that add to X-Forwarded-For',
  }),
  COOKIE_PREFIX: cookiePrefix({
    default: undefined,
    desc: 'beginning of cookie names, different for each instance on a host; default munjigi and the path of PUBLIC_URL',
    example: 'munjigi-staging',
  }),
  SIGN_UP_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page of the sign-up link; default PUBLIC_URL/pages/confirm-sign-up#token={token}',
  }),
  RESET_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page of the reset link; default PUBLIC_URL/pages/reset-password#token={token}',
  }),
  NOT_ME_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page of the "it wasn\'t me" link; default PUBLIC_URL/pages/not-me#token={token}',
  }),
  CONFIRM_EMAIL_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that confirms a new address; default PUBLIC_URL/pages/confirm-email#token={token}',
  }),
  UNDO_EMAIL_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that undoes an address change; default PUBLIC_URL/pages/undo-email#token={token}',
  }),
  PAGES: pages({
    default: PAGE_NAMES,
    desc: 'built-in pages to serve, or none',
  }),
  ADMIN_CONSOLE: flag({
    default: false,
    devDefault: true,
    desc: 'serve the console for administrators, /pages/admin',
  }),
  LOGIN_URL: pageUrl({
    default: undefined,
    desc: 'your login page, linked from mails and pages; default the built-in one',
  }),
  APP_URL: pageUrl({
    default: undefined,
    desc: 'where the pages lead after login; default the account page',
  }),
  BRAND_COLOR: hexColor({
    default: '#2a51d8',
    desc: 'colour of buttons on pages and in mails; text and links get readable shades',
  }),
  BRAND_LOGO: str({
    default: undefined,
    desc: 'image file for the pages: SVG, PNG or WebP, up to 200 KiB',
    example: '/etc/munjigi/logo.svg',
  }),
  BRAND_MAIL_LOGO: str({
    default: undefined,
    desc: 'PNG file for mails; default BRAND_LOGO if it is a PNG',
    example: '/etc/munjigi/logo.png',
  }),
  MAIL_TEMPLATES_DIR: str({
    default: undefined,
    desc: 'directory with mail texts of yours (docs/mail-texts.md)',
    example: '/etc/munjigi/mails',
  }),
  MEMBER_ATTRIBUTES: str({
    default: undefined,
    desc: 'JSON file that declares attributes of members (docs/attributes.md)',
    example: '/etc/munjigi/attributes.json',
  }),
  CONSENTS: str({
    default: undefined,
    desc: 'JSON file of documents that members agree to (docs/consents.md)',
    example: '/etc/munjigi/consents.json',
  }),
  ...SIGN_UP_ENVIRONMENT,
  ...SOCIAL_ENVIRONMENT,
  ...IMPORT_ENVIRONMENT,
  ...TOKEN_HOOK_ENVIRONMENT,
};
