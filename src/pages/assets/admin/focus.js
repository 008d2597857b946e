// @ts-check

/** Keeps the place of a person who uses the keyboard or a screen reader. */

import { find } from '../page.js';

/**
 * Remembers what has the focus. The returned function gives it back where it is lost: to what was
 * drawn in its place, or to the heading of its card.
 * @returns {() => void}
 */
export function rememberFocus() {
  const lost = document.activeElement;
  const card = lost?.closest('.card');
  return () => {
    if (lost?.isConnected) return; // the browser itself has given it back
    const likes = [...(card?.isConnected ? card.querySelectorAll('button, a') : [])];
    const like = likes.find((element) => nameOf(element) === nameOf(lost)) ?? card?.querySelector('h2');
    /** @type {HTMLElement} */ (like?.isConnected ? like : find('h1')).focus();
  };
}

/** What a screen reader calls it. @param {Element | null} element */
function nameOf(element) {
  return element?.getAttribute('aria-label') ?? element?.textContent;
}
