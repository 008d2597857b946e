import { parseEmailAddress } from '../addresses/email-address.js';

/** The sender of every mail, in the form that the mail library encodes. */
export interface MailSender {
  readonly name: string;
  readonly address: string;
}

/**
 * Reads `address` or `Name <address>`. Apart from surrounding quotes, the name is plain text, which the
 * mail library encodes. A parser of headers (RFC 5322) would drop `(Korea)` from `Acme (Korea)` as a
 * comment, and take `Acme: Accounts` for a group of addresses.
 * @returns null if the address is invalid, or if the name could hold a second address or a second header
 */
export function parseSender(input: string): MailSender | null {
  const [, before = '', bracketed] = /^(.*)<([^<>]*)>$/su.exec(input.trim()) ?? [];
  const address = parseAddress(bracketed ?? input);
  const name = unquoted(before.trim());
  if (address === null || /[@<>\p{Cc}]/u.test(name)) return null;
  return { name, address };
}

function parseAddress(input: string): string | null {
  const text = input.trim();
  if (/^[\w.+-]+@localhost$/.test(text)) return text; // for development
  return parseEmailAddress(text)?.address ?? null;
}

/** Removes the quotes of a name in a header: `"Acme \"A\", Inc."` becomes `Acme "A", Inc.` */
function unquoted(name: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(name)?.[1];
  return inner === undefined ? name : inner.replace(/\\(.)/gs, '$1');
}
