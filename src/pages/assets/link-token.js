// @ts-check

/**
 * Reads the secrets that pages are opened with from the URL fragment and removes them from the
 * address bar.
 */

/** Returns the token of a mailed link (`#token=`), or null. */
export function takeLinkToken() {
  return takeSecret('token');
}

/**
 * Returns the value of `#name=`, or null. It was removed from the address bar when this module
 * loaded, and so from the history, bookmarks and screenshots; it exists only in memory.
 * @param {string} name
 */
export function takeSecret(name) {
  const secret = secrets.get(name);
  return secret === '' ? null : secret;
}

const secrets = new URLSearchParams(location.hash.slice(1));
if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
// A second mailed link in the same tab changes only the fragment, and the browser does not reload
// for that.
window.addEventListener('hashchange', () => location.reload());

/** Whether the link in a mail has opened this page. */
export const isOpenedByMail = takeLinkToken() !== null;

/**
 * Whether the link itself is invalid, so that another try cannot succeed.
 * @param {import('./api.js').ApiProblem} problem
 */
export function isLinkRefused(problem) {
  if (problem.code === 'validation_failed') return problem.fields.some(({ field }) => field === 'token');
  return problem.code === 'link_invalid' || problem.code === 'link_expired';
}
