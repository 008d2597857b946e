import { makeValidator } from 'envalid';
import { parseEmailAddress } from '../addresses/email-address.js';
import { PAGE_NAMES, type PageName } from './built-in-pages.js';

/*
 * The types of settings. A validator returns the value or throws an error whose message begins with
 * "needs" and states the rule, never the value: a value may hold a password, and the message goes
 * to the terminal and the log.
 */

const MAX_SECONDS = 366 * 86_400;

export const wholeNumberBetween = (min: number, max: number) =>
  makeValidator((input) => parseWholeNumber(input, min, max));

/** Zero or more seconds. */
export const seconds = wholeNumberBetween(0, MAX_SECONDS);
export const positiveSeconds = wholeNumberBetween(1, MAX_SECONDS);
/** One or more. */
export const count = wholeNumberBetween(1, 1_000_000);
/** Zero or more. */
export const natural = wholeNumberBetween(0, 1_000_000);
export const tcpPort = wholeNumberBetween(0, 65_535);

export const webUrl = makeValidator((input) => checkUrl(input, ['http:', 'https:']).replace(/\/$/, ''));
export const postgresUrl = makeValidator((input) => checkUrl(input, ['postgres:', 'postgresql:']));
export const redisUrl = makeValidator((input) => checkUrl(input, ['redis:', 'rediss:']));
export const smtpUrl = makeValidator((input) => checkUrl(input, ['smtp:', 'smtps:']));

/** A mail address, alone or as `Name <address>`. */
export const sender = makeValidator((input) => {
  const address = /<([^<>]+)>$/.exec(input)?.[1] ?? input;
  if (parseEmailAddress(address) === null && !/^[^\s@]+@localhost$/.test(address))
    throw new Error('needs an address, alone or as Name <address>');
  return input;
});

/** Comma-separated text. */
export const list = makeValidator(parseItems);

/** Comma-separated web origins. */
export const origins = makeValidator((input) => parseItems(input).map(checkOrigin));

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

/**
 * A URL with `{token}` behind the `#`: no server sees a fragment, so no log and no Referer header
 * holds the token.
 */
export const linkTemplate = makeValidator((input) => {
  checkUrl(input.replaceAll('{token}', 'token'), ['http:', 'https:']);
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
function parseItems(input: string): string[] {
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

function checkOrigin(input: string): string {
  const { origin } = new URL(checkUrl(input, ['http:', 'https:']));
  if (origin !== input) throw new Error('needs plain origins such as https://app.example.com, no path and no wildcard');
  return origin;
}
