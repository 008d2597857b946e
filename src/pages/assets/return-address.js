// @ts-check

/** Long enough for any address of an app; a longer one is not carried from page to page. */
const MAX_LENGTH = 2_000;

/**
 * Returns the address that a visitor may be sent back to, or an empty string. The browser's own parser
 * has written the result, so the browser later opens exactly the address that was checked. Without this
 * check a link to the login page could lead to a forged one (CWE-601).
 * @param {unknown} requested
 * @param {readonly string[]} origins the allowed origins
 */
export function allowedReturn(requested, origins) {
  if (typeof requested !== 'string' || requested.length > MAX_LENGTH) return '';
  let url;
  try {
    url = new URL(requested); // without a base, so that a relative address is refused
  } catch {
    return '';
  }
  // The origin of blob: is that of the address inside it.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return '';
  if (url.username !== '' || url.password !== '') return ''; // reads like another host
  return origins.includes(url.origin) ? url.href : '';
}
