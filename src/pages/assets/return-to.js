// @ts-check

/**
 * The address of the app that a visitor comes from and is sent back to (`?return_to=`). After a journey
 * the visitor is sent there instead of to the configured page. The links between the pages pass it on.
 * An address that is not allowed is ignored.
 */

import { onLanguageChange } from './language.js';
import { isOpenedByMail } from './link-token.js';
import { forget, recall, remember } from './local-memory.js';
import { allowedReturn } from './return-address.js';

/** The key in local storage. */
const KEY = 'munjigi.returnTo';
/** As long as the link in a sign-up mail works by default. */
const LIFETIME_MS = 24 * 3_600_000;

const origins = (document.body.dataset.returnOrigins ?? '').split(' ');
const requested = new URLSearchParams(location.search).getAll('return_to');

/** An empty string if there is none. */
export const returnTo = allowed(requested.length === 1 ? requested[0] : null) || (isOpenedByMail ? remembered() : '');

const configuredNext = document.body.dataset.nextUrl ?? '';
/** Whether the visitor can go on only to this address: no next page is configured, so this page has no button for one. */
export const visitorCanOnlyReturn = returnTo !== '' && configuredNext === '';

if (returnTo !== '') {
  carry();
  onLanguageChange(carry);
}

/**
 * Remembers the address for the page that a mailed link opens in this browser, because the link does
 * not contain the address. In a visit without an address, forgets that of an earlier visit.
 */
export function rememberReturn() {
  if (returnTo === '') forgetReturn();
  else remember(KEY, JSON.stringify({ address: returnTo, until: Date.now() + LIFETIME_MS }));
}

export function forgetReturn() {
  forget(KEY);
}

/** @param {unknown} address */
function allowed(address) {
  return allowedReturn(address, origins) || allowedConsole(address);
}

/**
 * Returns the address if it is the console's. The origin of the pages need not be an allowed one for it.
 * @param {unknown} address
 */
function allowedConsole(address) {
  if (document.body.dataset.console === undefined) return '';
  const console = allowedReturn(address, [location.origin]);
  return console !== '' && new URL(console).pathname === new URL('admin', location.href).pathname ? console : '';
}

function remembered() {
  try {
    const { address, until } = JSON.parse(recall(KEY) ?? '{}');
    return until > Date.now() ? allowed(address) : '';
  } catch {
    return ''; // another script of this origin has written it
  }
}

/**
 * Adds the address to the links between the pages, and replaces the links out of them. After a
 * change of the language, the links that were changed here still name the earlier one.
 */
function carry() {
  const { dataset } = document.body;
  dataset.nextUrl = returnTo;
  for (const name of ['loginUrl', 'signUpUrl', 'resetUrl'])
    if (dataset[name] !== undefined) dataset[name] = withReturn(dataset[name] ?? '');
  // The language links keep the address by themselves; see language.js.
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll('a[href]:not([data-language-switch])')
  )) {
    const href = link.getAttribute('href') ?? '';
    const isWayOut = 'next' in link.dataset || (href !== '' && href === configuredNext);
    link.setAttribute('href', isWayOut ? returnTo : withReturn(href));
    if (isWayOut) link.hidden = false;
  }
}

/** @param {string} address of a built-in page; others, such as the operator's own, stay as they are */
function withReturn(address) {
  const [, page] = /^([a-z-]+)\?lang=/.exec(address) ?? [];
  if (page === undefined) return address;
  return `${page}?lang=${document.documentElement.lang}&return_to=${encodeURIComponent(returnTo)}`;
}
