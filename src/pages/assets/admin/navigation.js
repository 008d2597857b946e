// @ts-check

/**
 * Leads from view to view without a reload. The view and the id of what it shows are in the query:
 * fragments are reserved for the secrets of links. Search terms are kept only in the state of the
 * history entry: they are often email addresses, and servers may log the query.
 */

import { el } from './dom.js';

/** @type {() => void} */
let open = () => {};

/** @param {() => void} action opens the view that the address names */
export function onNavigation(action) {
  open = action;
}

/** @param {string} view @param {Record<string, string>} [params] */
export function addressOfView(view, params = {}) {
  return `?${new URLSearchParams({ lang: document.documentElement.lang, view, ...params })}`;
}

/** @param {string} view @param {Record<string, string>} params @param {string} label */
export function linkTo(view, params, label) {
  return el('a', { href: addressOfView(view, params), 'data-to-view': '' }, label);
}

/** @param {string} view @param {Record<string, string>} [params] */
export function goTo(view, params) {
  history.pushState(null, '', addressOfView(view, params));
  open();
}

/** What the current entry of the history keeps. @returns {Record<string, string>} */
export function remembered() {
  return history.state ?? {};
}

/** @param {Record<string, string>} values */
export function keep(values) {
  history.replaceState(values, '');
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[data-to-view]') : null;
  // A click with a key opens a new tab or window, as with any link.
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  history.pushState(null, '', link.getAttribute('href'));
  open();
});
window.addEventListener('popstate', () => open());
