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
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll('[data-fill]'))) {
      const fill = fills[place.dataset.fill ?? ''];
      if (fill !== undefined) place.textContent = fill; // never as HTML: part of it was typed by a stranger
    }
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

/** @param {string} name @param {() => void} action */
export function onAction(name, action) {
  find(`[data-action="${name}"]`).addEventListener('click', action);
}

/** @param {string} iso a moment, by the reader's own clock and in the form of the reader's own country */
export function localTime(iso) {
  const language = document.documentElement.lang;
  const regional = navigator.languages.filter((locale) => locale.startsWith(language));
  return new Intl.DateTimeFormat([...regional, language], { dateStyle: 'long', timeStyle: 'short' }).format(
    new Date(iso),
  );
}
