import { domainToASCII } from 'node:url';

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/**
 * One mailbox. `address` is where mail goes: the local part as typed, the domain in lower-case ASCII (IDNA).
 * `key` is the form two spellings are compared by: the local part folded to lower case as well.
 *
 * The local part is ASCII only. Folding Unicode there lets `K` (Kelvin sign) or a dotless i pass for
 * somebody else's address (CVE-2019-19844), and almost no mailbox outside tests needs it.
 */
export interface EmailAddress {
  readonly address: string;
  readonly key: string;
}

/** Reads one plain address (RFC 5321 dot-string at domain); null for anything else: quotes, comments, lists, IP literals, controls. */
export function parseEmailAddress(input: string): EmailAddress | null {
  if (input.length > 320) return null;
  const text = input.trim();
  const at = text.indexOf('@');
  if (at < 1 || at !== text.lastIndexOf('@')) return null;
  const local = text.slice(0, at);
  if (local.length > MAX_LOCAL || !LOCAL_PART.test(local)) return null;
  const domain = parseDomain(text.slice(at + 1));
  if (domain === null || local.length + 1 + domain.length > MAX_ADDRESS) return null;
  return { address: `${local}@${domain}`, key: `${local.toLowerCase()}@${domain}` };
}

function parseDomain(input: string): string | null {
  // domainToASCII maps compatibility characters and percent-decodes; a URL-only character in the input must not vanish that way.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(input)) return null;
  const domain = domainToASCII(input);
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => DOMAIN_LABEL.test(label))) return null;
  // An all-digit last label is an IPv4 literal, not a mail domain.
  return /^\d+$/.test(labels.at(-1)!) ? null : domain;
}

/**
 * The mailbox behind an address for limits on outgoing mail: dots in the local part make no difference at the large
 * providers, so spellings with and without them share one budget. Never used to find a member.
 */
export function mailBudgetKey(key: string): string {
  const at = key.indexOf('@');
  return key.slice(0, at).replaceAll('.', '') + key.slice(at);
}

/** As {@link mailBudgetKey}, and without a `+tag`: all tags of a mailbox end in one inbox. */
export function mailboxKey(key: string): string {
  const budgetKey = mailBudgetKey(key);
  const at = budgetKey.indexOf('@');
  const local = budgetKey.slice(0, at);
  const plus = local.indexOf('+');
  return (plus > 0 ? local.slice(0, plus) : local) + budgetKey.slice(at);
}

/** For logs and lists: `ada@example.com` becomes `a***@example.com`. */
export function maskEmail(address: string): string {
  const at = address.indexOf('@');
  return at < 1 ? '***' : `${address[0]}***${address.slice(at)}`;
}
