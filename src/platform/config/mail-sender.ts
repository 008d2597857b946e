import { parseEmailAddress } from '../addresses/email-address.js';

/** The sender of every mail, in the form that the mail library encodes. */
export interface MailSender {
  readonly name: string;
  readonly address: string;
}

/**
 * Reads `address` or `Name <address>`. The name is text, and the mail library encodes it: read as a
 * header (RFC 5322), `Acme (Korea)` would lose its comment and `Acme: Accounts` be a group.
 * @returns null unless there is one address and nothing that could be a second one
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

/** `"Acme \\"A\\", Inc."` as `Acme "A", Inc.` */
function unquoted(name: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(name)?.[1];
  return inner === undefined ? name : inner.replace(/\\(.)/gs, '$1');
}
