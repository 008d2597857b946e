import type { MailTemplateName, MailTemplates } from './mail-template.js';
import { MAIL_TEMPLATE_FIELDS } from './mail-template-fields.js';

/** The cleaned fields of a mail; an optional field without a value is an empty string. */
export type MailValues = Record<string, string | number>;

/** Fields that an attacker can fill with free text for a mail to another person. */
export const FREE_TEXT: ReadonlySet<string> = new Set(['name', 'deviceName', 'passkeyName', 'browser', 'reason']);
const FREE_TEXT_LENGTH = 60;
/** A reason is a sentence or two. A thief of an API key could write it. */
const REASON_LENGTH = 500;

/**
 * Checks and cleans the data of one mail.
 *
 * @throws Error if a required field is missing, or a field is neither text nor a finite number
 */
export function mailValues<Name extends MailTemplateName>(template: Name, data: MailTemplates[Name]): MailValues {
  const values: MailValues = {};
  const input: Partial<Record<string, unknown>> = { ...data };
  for (const [field, need] of Object.entries<string>(MAIL_TEMPLATE_FIELDS[template])) {
    const value = input[field];
    if (value === undefined || value === null) {
      if (need === 'required') throw new Error(`mail template ${template} needs ${field}`);
      values[field] = '';
    } else if (typeof value === 'string') {
      values[field] = FREE_TEXT.has(field) ? defuse(field, singleLine(value)) : singleLine(value);
    } else if (typeof value === 'number' && Number.isFinite(value)) {
      values[field] = value;
    } else {
      // Without the value: it may be a secret, and this message is logged.
      throw new Error(`mail template ${template} cannot print ${field}`);
    }
  }
  return values;
}

/**
 * Converts a value to one well-formed line. A line break could inject a header or a paragraph; a
 * bidirectional override could change how the text reads.
 */
export function singleLine(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
}

/**
 * Makes free text harmless. An attacker could sign up with another person's address and a name such as
 * "you won, see evil.example", to have it sent in our name. The text is shortened. A space after `:`, and
 * after each dot before a letter, stops mail programs from turning a web address into a link.
 */
function defuse(field: string, value: string): string {
  const maxLength = field === 'reason' ? REASON_LENGTH : FREE_TEXT_LENGTH;
  const unlinked = value.replace(/:\/\//g, ': // ').replace(/\.(?=\p{L})/gu, '. ');
  const characters = [...unlinked];
  return characters.length <= maxLength ? unlinked : `${characters.slice(0, maxLength).join('').trimEnd()}…`;
}
