import { MAIL_TEMPLATE_FIELDS, type MailTemplateName, type MailTemplates } from './mail-template.js';

/** What a template may print: every field of the mail, cleaned; an optional field without a value is empty. */
export type MailValues = Record<string, string | number>;

/** Fields that a stranger can fill with free text, and that reach a mailbox the stranger does not own. */
const FREE_TEXT = new Set(['name', 'deviceName', 'passkeyName', 'browser']);
const FREE_TEXT_LENGTH = 60;

/**
 * Checks and cleans the data of one mail.
 * Throws when a required field is missing or is neither text nor a finite number.
 */
export function mailValues<Name extends MailTemplateName>(template: Name, data: MailTemplates[Name]): MailValues {
  const values: MailValues = {};
  const given: Partial<Record<string, unknown>> = { ...data };
  for (const [field, need] of Object.entries<string>(MAIL_TEMPLATE_FIELDS[template])) {
    const value = given[field];
    if (value === undefined || value === null) {
      if (need === 'required') throw new Error(`mail template ${template} needs ${field}`);
      values[field] = '';
    } else if (typeof value === 'string') {
      values[field] = FREE_TEXT.has(field) ? harmless(singleLine(value)) : singleLine(value);
    } else if (typeof value === 'number' && Number.isFinite(value)) {
      values[field] = value;
    } else {
      // The value itself stays out of the message: it may be a secret, and this message is logged.
      throw new Error(`mail template ${template} cannot print ${field}`);
    }
  }
  return values;
}

/**
 * Makes one well-formed line of a value: a line break could smuggle in a header or a paragraph of its own, and a
 * bidirectional override could make text read as something it is not.
 */
export function singleLine(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
}

/**
 * Takes the sting out of free text. A mail goes to an address its sender has not proven yet, so a name such as
 * "you won, see evil.example" would travel under our letterhead: it is cut short, and a space after each dot keeps
 * mail programs from turning it into a link.
 */
function harmless(value: string): string {
  const unlinked = value.replace(/:\/\//g, ': // ').replace(/\.(?=\p{L})/gu, '. ');
  const characters = [...unlinked];
  return characters.length <= FREE_TEXT_LENGTH
    ? unlinked
    : `${characters.slice(0, FREE_TEXT_LENGTH).join('').trimEnd()}…`;
}
