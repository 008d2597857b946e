// @ts-check

/** Shows one state of a page at a time, with words that the server has put into it. */

/** @type {Map<string, string>} */
const texts = new Map();
for (const element of document.querySelectorAll('[data-text]')) {
  texts.set(element.getAttribute('data-text') ?? '', element.textContent ?? '');
}

/**
 * A text in the language of the page.
 * @param {string} key
 * @param {Record<string, string>} [values] what stands in for `{name}`
 */
export function text(key, values = {}) {
  return (texts.get(key) ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/**
 * The one element that matches; a page without it is broken.
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

const productTitle = document.title.split(' · ').at(-1);
const firstTitle = find('h1').textContent ?? '';
let isFirstState = true;

/**
 * Shows one state and hides the others.
 * @param {string} name
 * @param {Record<string, string>} [fills] words for the places marked `data-fill`
 */
export function show(name, fills = {}) {
  announce('');
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-state]'))) {
    section.hidden = section.dataset.state !== name;
    if (section.hidden) continue;
    fill(section, fills);
    const heading = find('h1');
    heading.textContent = section.dataset.title ?? firstTitle;
    document.title = `${heading.textContent} · ${productTitle}`;
    // So that a screen reader starts at the new state; on arrival it starts there anyway.
    if (!isFirstState) heading.focus();
    isFirstState = false;
  }
}

/** @param {string} message what goes on, for eyes and screen readers alike */
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

/** @param {string} name of one button or several @param {() => void} action */
export function onAction(name, action) {
  const buttons = document.querySelectorAll(`[data-action="${name}"]`);
  if (buttons.length === 0) throw new Error(`no button for ${name} on this page`);
  for (const button of buttons) button.addEventListener('click', action);
}

/** Another page, as the server has put its address into this one; empty where there is none. @param {'login' | 'next' | 'reset'} name */
export function addressOf(name) {
  return document.body.dataset[`${name}Url`] ?? '';
}

/**
 * Puts words into the places marked `data-fill` of one part of the page.
 * @param {ParentNode} part
 * @param {Record<string, string>} fills
 */
export function fill(part, fills) {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll('[data-fill]'))) {
    const words = fills[place.dataset.fill ?? ''];
    if (words !== undefined) place.textContent = words; // never as HTML: part of it was typed by a stranger
  }
}

/** @param {string} iso a moment, by the reader's own clock and in the form of the reader's own country */
export function localTime(iso) {
  return format(iso, { dateStyle: 'long', timeStyle: 'short' });
}

/** The same in few words, for lists. @param {string} iso */
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

/** @param {string | null} code ISO 3166-1 alpha-2, such as KR @returns {string} the name in the language of the page; empty where it is not known */
export function countryName(code) {
  if (code === null) return '';
  return new Intl.DisplayNames(document.documentElement.lang, { type: 'region' }).of(code) ?? code;
}

/** @param {string} iso @param {Intl.DateTimeFormatOptions} options */
function format(iso, options) {
  const language = document.documentElement.lang;
  const regional = navigator.languages.filter((locale) => locale.startsWith(language));
  return new Intl.DateTimeFormat([...regional, language], options).format(new Date(iso));
}
