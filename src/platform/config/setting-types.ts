import { makeValidator } from 'envalid';
import { parseEmailAddress } from '../addresses/email-address.js';
import { PAGE_NAMES, type PageName } from './built-in-pages.js';
import { parseSender } from './mail-sender.js';
import { encodeLogin } from './server-url.js';

/*
 * The types of settings. A validator returns the value or throws an error whose message begins with
 * "needs" and states the rule, never the value: a value may hold a password, and the message goes
 * to the terminal and the log.
 */

const MAX_SECONDS = 366 * 86_400;

export const wholeNumberBetween = (min: number, max: number) =>
  makeValidator((input) => parseWholeNumber(input, min, max));

/** A switch. It also accepts the words of other programs, such as `yes` and `on`. */
export const flag = makeValidator((input) => {
  const word = input.toLowerCase();
  if (['true', 't', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'f', 'no', 'off', '0'].includes(word)) return false;
  throw new Error('needs true or false');
});

/** Zero or more seconds. */
export const seconds = wholeNumberBetween(0, MAX_SECONDS);
export const positiveSeconds = wholeNumberBetween(1, MAX_SECONDS);
export const daysInSeconds = wholeNumberBetween(86_400, MAX_SECONDS);
/** One or more. */
export const count = wholeNumberBetween(1, 1_000_000);
/** Zero or more. */
export const natural = wholeNumberBetween(0, 1_000_000);
export const tcpPort = wholeNumberBetween(0, 65_535);

export const webUrl = makeValidator((input) => checkUrl(input, ['http:', 'https:']).replace(/\/$/, ''));

/** The URL of a page that browsers open, or of a hook; without user and password. */
export const pageUrl = makeValidator((input) => checkNoLogin(checkUrl(input, ['http:', 'https:'])));

/** A URL that paths are appended to. @returns the URL without a slash at the end and without double slashes */
export const baseUrl = makeValidator((input) => {
  const { origin, pathname } = new URL(checkNoLogin(checkUrl(input, ['http:', 'https:'])));
  if (/[?#]/.test(input)) throw new Error('needs a URL without ? and #, such as https://accounts.example.com');
  return origin + pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
});

export const postgresUrl = makeValidator((input) => checkServerUrl(input, ['postgres:', 'postgresql:']));
export const redisUrl = makeValidator((input) => checkServerUrl(input, ['redis:', 'rediss:']));
export const smtpUrl = makeValidator((input) => checkServerUrl(input, ['smtp:', 'smtps:']));

/** A mail address, alone or as `Name <address>`. */
export const sender = makeValidator((input) => {
  if (parseSender(input) === null) throw new Error('needs one address, alone or as Name <address>');
  return input;
});

/**
 * The name by which a server introduces itself in EHLO: a host name, or an address in brackets
 * (RFC 5321 section 4.1.3).
 */
export const hostName = makeValidator((input) => {
  if (!/^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[(IPv6:)?[0-9a-f.:]+\])$/i.test(input))
    throw new Error('needs a host name such as accounts.example.com');
  return input;
});

export const cookiePrefix = makeValidator((input) => {
  // Browsers drop a cookie that breaks the rule of its name's prefix, such as `__Secure-` over HTTP.
  if (!/^(?!__)[A-Za-z0-9_-]{1,40}$/.test(input))
    throw new Error('needs up to 40 letters, digits, - and _, without __ at the beginning');
  return input;
});

/** Comma-separated text. */
export const list = makeValidator(parseItems);

/** Comma-separated codes of countries. */
export const countries = makeValidator((input) =>
  parseItems(input).map((item) => {
    if (!/^[A-Z]{2}$/.test(item)) throw new Error('needs two-letter codes of countries such as KR,JP');
    return item;
  }),
);

/**
 * Comma-separated origins of web pages, apps and browser extensions. Apps and extensions have schemes
 * of their own.
 */
export const origins = makeValidator((input) =>
  parseItems(input).map((item) => {
    const origin = item.replace(/\/$/, '');
    return isAppOrigin(origin) ? origin : checkOrigin(item);
  }),
);

/**
 * Comma-separated addresses of pages and apps. A request must name one of them exactly, because
 * attackers have tricks against every looser comparison (RFC 9700 section 4.1.3).
 */
export const redirectUris = makeValidator((input) =>
  parseItems(input).map((item) => {
    const isApp = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:\/[\w./-]*$/.test(item);
    if (/[?#*\\\s]/.test(item) || !(isApp || /^https?:\/\/[^/@]+\//.test(item)) || !URL.canParse(item))
      throw new Error('needs URLs with a path, or app schemes such as com.example.app:/social, without ? # and *');
    // Browsers send this form, and any other would never match.
    if (new URL(item).href !== item)
      throw new Error(
        'needs URLs as browsers write them: host in lower case and followed by a slash, no standard port, other letters encoded',
      );
    return item;
  }),
);

/** Comma-separated pairs `provider=domain`, where the domain `*` means all mail domains; `none` for no pair. */
export const trustedMailboxes = makeValidator((input) =>
  (input === 'none' ? [] : parseItems(input)).map((item) => {
    if (!/^[a-z][a-z0-9]{1,30}=(\*|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?)$/.test(item))
      throw new Error('needs provider=domain such as google=gmail.com, in lower case, or none');
    return item;
  }),
);

/** Comma-separated names of HTTP headers (RFC 9110 section 5.6.2). */
export const headerNames = makeValidator((input) => {
  const names = parseItems(input);
  if (!names.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && name !== '*'))
    throw new Error('needs names of headers, comma-separated, no wildcard');
  return names;
});

/**
 * Comma-separated web origins and Android apps; an app is named by the hash of its signing
 * certificate.
 */
export const passkeyOrigins = makeValidator((input) =>
  parseItems(input).map((item) => (/^android:apk-key-hash:[\w-]{43}$/.test(item) ? item : checkOrigin(item))),
);

export const domain = makeValidator((input) => {
  if (!/^(localhost|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?)$/.test(input))
    throw new Error('needs a domain such as example.com, in lower case');
  return input;
});

/** Comma-separated mail domains, in lower case and in ASCII. */
export const domains = makeValidator((input) =>
  parseItems(input).map((item) => {
    const address = parseEmailAddress(`user@${item}`);
    if (address?.key !== `user@${item}`) throw new Error('needs mail domains such as example.com, in lower case');
    return item;
  }),
);

/**
 * A URL with `{token}` behind the `#`: no server sees a fragment, so no log and no Referer header
 * holds the token.
 */
export const linkTemplate = makeValidator((input) => {
  checkNoLogin(checkUrl(input.replaceAll('{token}', 'token'), ['http:', 'https:']));
  if (!/^[^#]*#[^#]*\{token\}[^#]*$/.test(input) || input.split('{token}').length !== 2)
    throw new Error('needs {token}, once and behind a #');
  return input;
});

/** Comma-separated names of built-in pages, or `none`. */
export const pages = makeValidator<readonly PageName[]>((input) => {
  if (input === 'none') return [];
  const names = input.split(',').map((item) => item.trim());
  const chosen = PAGE_NAMES.filter((page) => names.includes(page));
  if (chosen.length !== new Set(names).size) throw new Error(`needs none, or some of ${PAGE_NAMES.join(', ')}`);
  return chosen;
});

export const hexColor = makeValidator((input) => {
  if (!/^#[0-9a-f]{6}$/i.test(input)) throw new Error('needs a colour such as #2a51d8');
  return input.toLowerCase();
});

/** The trimmed, non-empty items of a comma-separated list. */
export function parseItems(input: string): string[] {
  return input
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function parseWholeNumber(input: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(input) ? Number(input) : Number.NaN;
  if (!(value >= min && value <= max)) throw new Error(`needs a whole number from ${min} to ${max}`);
  return value;
}

function checkUrl(input: string, protocols: string[]): string {
  if (!URL.canParse(input) || !protocols.includes(new URL(input).protocol))
    throw new Error(`needs a URL starting ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  return input;
}

/** Browsers warn of a link with a login, or drop the login. */
function checkNoLogin(url: string): string {
  const { username, password } = new URL(url);
  if (username || password) throw new Error('needs a URL without user and password');
  return url;
}

/** @returns the URL with its login percent-encoded */
function checkServerUrl(input: string, protocols: string[]): string {
  if (!protocols.some((protocol) => input.startsWith(`${protocol}//`))) return checkUrl(input, protocols);
  const url = encodeLogin(input);
  // Without a host, as in `postgres://user@/name?host=/run/postgresql`, the driver uses a socket.
  if (url === null || !URL.canParse(url.replace('@/', '@socket/')))
    throw new Error('needs user:password@host:port; write # as %23, / as %2F, ? as %3F and @ as %40 in a password');
  return url;
}

/** Whether the text is the origin of an app or extension, such as `capacitor://localhost` or `app://.`. */
function isAppOrigin(input: string): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[\w.-]+(:\d{1,5})?$/.exec(input)?.[1];
  // Pages of these schemes have the origin `null`, which every attacker's sandboxed frame has too.
  const hasOrigin = scheme !== undefined && !['file', 'data', 'blob', 'javascript', 'about'].includes(scheme);
  // `htps:` is a mistyped web origin, not an app.
  return hasOrigin && !/t+ps?$/.test(scheme);
}

/** @returns the origin as browsers send it: in lower case, without `/` and the standard port */
function checkOrigin(input: string): string {
  const { origin, href } = new URL(checkUrl(input, ['http:', 'https:']));
  if (href !== `${origin}/` || /[*?#]/.test(input))
    throw new Error('needs plain origins such as https://app.example.com, no path and no wildcard');
  return origin;
}
