import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locale } from '../../platform/i18n/locale.js';
import { isOurs, type MailLocale } from '../../platform/i18n/mail-locale.js';
import type { MailTemplateName } from './mail-template.js';

export type MailPart = 'subject' | 'html' | 'text';
/** HTML parts escape values. Plain text must not, or readers would see `&amp;`. */
export type Flavour = 'html' | 'text';

const TEMPLATES = fileURLToPath(new URL('./', import.meta.url));

export const flavourOf = (part: MailPart): Flavour => (part === 'html' ? 'html' : 'text');

/** The text of a template that comes with the server. */
export function readBuiltIn(template: MailTemplateName, locale: Locale, part: MailPart): string {
  return readFileSync(`${TEMPLATES}${template}/${locale}.${part}.hbs`, 'utf8');
}

/**
 * The partials that come with the server, by name. Their files are named `button.html.hbs` if all
 * languages share them, otherwise `ko.footer.html.hbs`.
 * @param locale a language that is not ours has only the shared ones
 */
export function readBuiltInPartials(locale: MailLocale, flavour: Flavour): Map<string, string> {
  const ending = `.${flavour}.hbs`;
  const partials = new Map<string, string>();
  for (const file of readdirSync(`${TEMPLATES}_layout`)) {
    if (!file.endsWith(ending)) continue;
    const [first, name] = file.slice(0, -ending.length).split('.');
    const isShared = name === undefined;
    if (!isShared && (first !== locale || !isOurs(locale))) continue;
    partials.set(isShared ? first! : name, readFileSync(`${TEMPLATES}_layout/${file}`, 'utf8'));
  }
  return partials;
}
