// @ts-check

/** Shows one state of a page at a time, with the texts that the server has rendered into it. */

import { offerLanguages, onLanguageChange } from './language.js';
// Imported here so that it changes the links and addresses of the page before other modules read them.
import './return-to.js';

/** @type {Map<string, string>} */
const texts = new Map();

function readTexts() {
  for (const element of document.querySelectorAll('[data-text]')) {
    texts.set(element.getAttribute('data-text') ?? '', element.textContent ?? '');
  }
}

readTexts();

/**
 * Returns a text in the language of the page.
 * @param {string} key
 * @param {Record<string, string>} [values] the values of placeholders such as `{name}`
 */
export function text(key, values = {}) {
  return (texts.get(key) ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/**
 * Returns the element that matches. Throws if there is none, because the page is then broken.
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {E}
 */
export function find(selector, within = document) {
  const element = within.querySelector(selector);
  if (element === null) throw new Error(`no ${selector} on this page`);
  return /** @type {E} */ (/** @type {unknown} */ (element));
}

const productTitle = document.title.split(' · ').slice(1).join(' · ');
let isFirstState = true;

offerLanguages(() => announce(text('networkError')));
onLanguageChange(() => {
  readTexts();
  announce('');
  const section = document.querySelector('[data-state]:not([hidden])');
  if (section !== null) setTitle(/** @type {HTMLElement} */ (section));
});

/**
 * Shows one state and hides the others.
 * @param {string} name
 * @param {Record<string, string>} [fills] texts for the elements with `data-fill`
 */
export function show(name, fills = {}) {
  announce('');
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-state]'))) {
    section.hidden = section.dataset.state !== name;
    if (section.hidden) continue;
    fill(section, fills);
    setTitle(section);
    // Makes a screen reader continue at the new state. The first state needs no focus.
    if (!isFirstState) find('h1').focus();
    isFirstState = false;
  }
}

/** Shows the title of a state. @param {HTMLElement} section the state that is shown */
export function setTitle(section) {
  const title = section.dataset.title ?? text('title');
  find('h1').textContent = title;
  document.title = `${title} · ${productTitle}`;
}

/**
 * Shows one state, with texts that follow a change of the language.
 * @param {string} name
 * @param {() => Record<string, string>} describe
 */
export function showDescribed(name, describe) {
  onLanguageChange(() => fill(document, describe()));
  show(name, describe());
}

/** Shows the progress of the page, also to screen readers. @param {string} message */
export function announce(message) {
  find('[data-status]').textContent = message;
}

/**
 * Shows or hides a part of a form.
 * @param {string} name
 * @param {boolean} isShown
 */
export function showGroup(name, isShown) {
  find(`[data-group="${name}"]`).hidden = !isShown;
}

/** Connects all buttons of an action. @param {string} name @param {() => void} action */
export function onAction(name, action) {
  const buttons = document.querySelectorAll(`[data-action="${name}"]`);
  if (buttons.length === 0) throw new Error(`no button for ${name} on this page`);
  for (const button of buttons) button.addEventListener('click', action);
}

/**
 * Returns the address of another page, or an empty string if it is not enabled.
 *
 * @param {'login' | 'next' | 'reset'} name
 */
export function addressOf(name) {
  return document.body.dataset[`${name}Url`] ?? '';
}

/**
 * Fills the elements with `data-fill` in one part of the page.
 * @param {ParentNode} part
 * @param {Record<string, string>} fills
 */
export function fill(part, fills) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll('[data-fill]'))) {
    const value = fills[element.dataset.fill ?? ''];
    if (value !== undefined) element.replaceChildren(...breakable(value)); // never as HTML: values come from members
  }
}

/**
 * Lets a long email address break before its at sign, instead of within a word.
 * @param {string} value
 */
function breakable(value) {
  return value.split(/(?=@)/).flatMap((part, at) => (at === 0 ? [part] : [document.createElement('wbr'), part]));
}

/** Creates an item of a list. @param {string} content */
export function itemOf(content) {
  const item = document.createElement('li');
  item.textContent = content;
  return item;
}

/** Formats a time in the member's time zone and regional format. @param {string} iso */
export function localTime(iso) {
  return format(iso, { dateStyle: 'long', timeStyle: 'short' });
}

/** Formats a time in a shorter form, for lists. @param {string} iso */
export function shortTime(iso) {
  return format(iso, { dateStyle: 'medium', timeStyle: 'short' });
}

/** @param {string} iso */
export function localDay(iso) {
  return format(iso, { dateStyle: 'long' });
}

/** @param {string} month such as 2026-11 */
export function monthName(month) {
  return format(`${month}-15`, { year: 'numeric', month: 'long' });
}

/** @param {number} seconds */
export function duration(seconds) {
  const isShort = seconds < 100;
  const unit = isShort ? 'second' : 'minute';
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, unitDisplay: 'long' }).format(
    isShort ? seconds : Math.ceil(seconds / 60),
  );
}

/**
 * Returns the name of a country in the language of the page, or an empty string without a code.
 * @param {string | null} code ISO 3166-1 alpha-2, such as KR
 * @returns {string}
 */
export function countryName(code) {
  if (code === null) return '';
  return new Intl.DisplayNames(document.documentElement.lang, { type: 'region' }).of(code) ?? code;
}

/**
 * Returns the language for mails to this visitor: that of the page, unless the browser prefers one
 * that only mails have.
 * @returns {string}
 */
export function mailLanguage() {
  const { lang } = document.documentElement;
  const added = document.body.dataset.mailLanguages?.trim().split(' ') ?? [];
  for (const preferred of added.length === 0 ? [] : navigator.languages) {
    const fitting = added.find((tag) => `${preferred}-`.toLowerCase().startsWith(`${tag}-`.toLowerCase()));
    if (fitting !== undefined) return fitting;
    if (/^(ko|en)\b/i.test(preferred)) break;
  }
  return lang;
}

/** @param {string} iso @param {Intl.DateTimeFormatOptions} options */
function format(iso, options) {
  const language = document.documentElement.lang;
  const regional = navigator.languages.filter((locale) => locale.startsWith(language));
  return new Intl.DateTimeFormat([...regional, language], options).format(new Date(iso));
}
