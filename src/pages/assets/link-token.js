// @ts-check

/** Takes the secret of a mailed link out of the address. */

/** The token behind `#token=`, or null. */
export function takeLinkToken() {
  return takeSecret('token');
}

/**
 * The secret behind `#name=`, or null. It leaves the address bar at once, and with it the history, bookmarks and
 * screenshots; from here on it lives in memory alone.
 * @param {string} name
 */
export function takeSecret(name) {
  const secret = secrets.get(name);
  return secret === '' ? null : secret;
}

const secrets = new URLSearchParams(location.hash.slice(1));
if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
// Opening a second mailed link in the same tab changes the fragment alone, which loads nothing by itself.
window.addEventListener('hashchange', () => location.reload());

/**
 * Lets the language switch take the secret along: it reloads the page, and the address no longer holds it.
 * @param {string} secret
 * @param {string} [name]
 */
export function carryTokenToOtherLanguages(secret, name = 'token') {
  for (const link of languageLinks()) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      location.replace(`${link.href}#${name}=${encodeURIComponent(secret)}`);
    });
  }
}

/** Takes the language switch away, once a reload would lose what has been done. */
export function endLanguageSwitch() {
  for (const link of languageLinks()) link.hidden = true;
}

/**
 * Whether the link itself was refused, so that no further try can help.
 * @param {import('./api.js').ApiProblem} problem
 */
export function isLinkRefused(problem) {
  if (problem.code === 'validation_failed') return problem.fields.some(({ field }) => field === 'token');
  return problem.code === 'link_invalid' || problem.code === 'link_expired';
}

/** @returns {NodeListOf<HTMLAnchorElement>} */
function languageLinks() {
  return document.querySelectorAll('a[data-language-switch]');
}
