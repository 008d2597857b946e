// @ts-check

/** Keeps the place of a person who uses the keyboard or a screen reader. */

import { find } from '../page.js';

/**
 * Remembers which element has the focus. If that element is gone, the returned function moves the
 * focus to the element drawn in its place, else to the heading of its card, else to that of the page.
 * @returns {() => void}
 */
export function rememberFocus() {
  const lost = document.activeElement;
  const card = lost?.closest('.card');
  return () => {
    if (lost?.isConnected) return; // the browser itself has returned the focus
    const likes = [...(card?.isConnected ? card.querySelectorAll('button, a') : [])];
    const like = likes.find((element) => nameOf(element) === nameOf(lost)) ?? card?.querySelector('h2');
    /** @type {HTMLElement} */ (like?.isConnected ? like : find('h1')).focus();
  };
}

/** The name that a screen reader reads for an element. @param {Element | null} element */
function nameOf(element) {
  return element?.getAttribute('aria-label') ?? element?.textContent;
}
