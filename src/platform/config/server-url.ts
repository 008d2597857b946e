/** Characters to percent-encode in the user and password of a URL (RFC 3986 section 3.2.1). */
const NOT_ALLOWED = /%(?![0-9a-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=%]/giu;

/**
 * Percent-encodes the user and password in the URL of a server, because people paste passwords as
 * they are: `postgres://munjigi:a#b/c@db/munjigi`.
 * @returns null when it is not clear where the password ends
 */
export function encodeLogin(url: string): string | null {
  const [, scheme, login, server] = /^([a-z]+:\/\/)(.*)@([^@]*)$/s.exec(url) ?? [];
  if (scheme === undefined || login === undefined || server === undefined) return url;
  // With a `/`, `?` or `#` before the last `@`, either that character belongs to the password, or the `@` does not end it.
  const isPlain = !/[/?#]/.test(login);
  if (!isPlain && URL.canParse(url)) {
    const [, authority, rest] = /^[a-z]+:\/\/([^/?#]*)(.*)$/s.exec(url)!;
    // `?option=a@b`. But in `db:12/ab?c=d@db/m` the password may be `12/ab?c=d`.
    if (/^[^?#]*\?[^@#]*=[^#]*$/s.test(rest!)) return !authority!.includes('@') && /[/:]/.test(server) ? null : url;
    if (authority!.includes('@')) return null;
  }
  const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(login)!;
  return `${scheme}${encodePart(user!)}${password === undefined ? '' : `:${encodePart(password)}`}@${server}`;
}

/** A URL for the terminal or a log: without user, password and query. */
export function withoutLogin(text: string): string {
  const encoded = encodeLogin(text);
  if (encoded === null || !URL.canParse(encoded)) return /[/@]/.test(text) ? '(not shown)' : text;
  const url = new URL(encoded);
  if (!url.username && !url.password && url.search.includes('@')) return '(not shown)'; // see encodeLogin
  if (!url.username && !url.password && !url.search) return text;
  return `${url.protocol}//(login not shown)@${url.host}${url.pathname}`;
}

/** A valid escape such as `%23` stays: it is encoded already. */
function encodePart(text: string): string {
  if (!isEncodedText(text)) return encodePart(text.replaceAll('%', '%25'));
  return text.replace(NOT_ALLOWED, (character) => encodeURIComponent(character));
}

/** Whether the escapes decode to text. `%E0` alone is only a part of a character, so its `%` is a typed percent sign. */
function isEncodedText(text: string): boolean {
  try {
    decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}
