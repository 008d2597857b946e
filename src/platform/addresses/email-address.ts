import { domainToASCII } from 'node:url';
import { foldTypedText } from '../text/typed-text.js';

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/**
 * A mail address. `address` receives the mail: the local part in the case as typed, the domain in
 * lower-case ASCII (IDNA). `key` is canonical, for comparison: the local part is in lower case too.
 *
 * The local part is ASCII only. Lower-casing turns the Kelvin sign (U+212A) into the letter
 * `k`, so that an attacker's address would equal a victim's (CVE-2019-19844). Almost no mailbox uses
 * Unicode there.
 */
export interface EmailAddress {
  readonly address: string;
  readonly key: string;
}

/**
 * Parses a plain address (RFC 5321: dot-string at domain). Null for quotes, comments, lists, IP
 * literals and controls.
 */
export function parseEmailAddress(input: string): EmailAddress | null {
  if (input.length > 320) return null;
  // The folded address is stored and receives the mail, so every spelling that folds to it reaches one mailbox.
  const text = foldTypedText(input).replace(/ ?@ ?/, '@');
  const at = text.indexOf('@');
  if (at < 1 || at !== text.lastIndexOf('@')) return null;
  const local = text.slice(0, at);
  if (local.length > MAX_LOCAL || !LOCAL_PART.test(local)) return null;
  const domain = parseDomain(text.slice(at + 1));
  if (domain === null || local.length + 1 + domain.length > MAX_ADDRESS) return null;
  return { address: `${local}@${domain}`, key: `${local.toLowerCase()}@${domain}` };
}

function parseDomain(input: string): string | null {
  // domainToASCII reads the text as the host of a URL: it decodes `%2F` and maps compatibility characters.
  // Characters such as `%` and `/` would be missing from its result, so they are refused first.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(input)) return null;
  const domain = domainToASCII(input);
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => DOMAIN_LABEL.test(label))) return null;
  // An all-digit last label is an IPv4 literal, not a mail domain.
  return /^\d+$/.test(labels.at(-1)!) ? null : domain;
}

/** The domains of consumer Gmail, which ignores dots in the local part. */
const GMAIL_DOMAINS: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/**
 * The key for the hourly limit on claim mail, which sign-ups and address changes cause. Gmail addresses that differ only in dots share one key.
 * Elsewhere a dot makes another mailbox, which must not share a limit (BF-11). Never use this key
 * to find a member, for a cooldown or to count recovery mail.
 */
export function mailBudgetKey(key: string): string {
  const at = key.indexOf('@');
  if (!GMAIL_DOMAINS.has(key.slice(at + 1))) return key;
  return `${key.slice(0, at).replaceAll('.', '')}@gmail.com`;
}

/** As {@link mailBudgetKey} and without a `+tag`, because all tags of a mailbox share one inbox. */
export function mailboxKey(key: string): string {
  const budgetKey = mailBudgetKey(key);
  const at = budgetKey.indexOf('@');
  const local = budgetKey.slice(0, at);
  const plus = local.indexOf('+');
  return (plus > 0 ? local.slice(0, plus) : local) + budgetKey.slice(at);
}

/** Hides the local part but for its first character: `ada@example.com` becomes `a***@example.com`. */
export function maskEmail(address: string): string {
  const at = address.indexOf('@');
  return at < 1 ? '***' : `${address[0]}***${address.slice(at)}`;
}
