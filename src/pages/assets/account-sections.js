// @ts-check

/** The navigation of the account page, on wide screens. */

import { find } from './page.js';

/** Lets each link scroll to its panel, and hides the links of hidden panels. */
export function offerSections() {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('a[data-section]'))) {
    const panel = find(`[data-panel="${link.dataset.section}"]`);
    link.addEventListener('click', (event) => {
      event.preventDefault(); // fragments are reserved for the secrets of links
      panel.scrollIntoView();
      find('h2', panel).focus({ preventScroll: true });
    });
    const item = /** @type {HTMLElement} */ (link.parentElement);
    const follow = () => (item.hidden = panel.hidden);
    new MutationObserver(follow).observe(panel, { attributeFilter: ['hidden'] });
    follow();
  }
}

/** Goes to the panel that the address names, such as `?panel=password` from a password manager. */
export function openNamedSection() {
  const name = new URLSearchParams(location.search).get('panel');
  const links = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('a[data-section]'));
  [...links].find((link) => link.dataset.section === name)?.click();
}
