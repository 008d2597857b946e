import { readdirSync } from 'node:fs';
import { isOurs } from '../i18n/mail-locale.js';

/**
 * The languages that MAIL_TEMPLATES_DIR adds to ours: a folder for each, named by its tag (BCP 47).
 * @throws Error whose message is the broken rule
 */
export function readMailLanguages(directory: string): string[] {
  return readLanguageFolders(directory).filter((name) => !isOurs(name));
}

/**
 * The languages of MAIL_TEMPLATES_DIR, ours included, in the order of the alphabet.
 * @throws Error whose message is the broken rule
 */
export function readLanguageFolders(directory: string): string[] {
  let entries;
  try {
    // Not `withFileTypes`: Kubernetes mounts a ConfigMap as links, beside entries that begin with a dot.
    entries = readdirSync(directory).filter((name) => !name.startsWith('.') && !/^(README|LICENSE)/.test(name));
  } catch {
    throw new Error('needs a directory that can be read');
  }
  const wrong = entries.find((name) => !isLanguageTag(name));
  if (wrong !== undefined)
    throw new Error(`needs only folders named by a language tag, such as ko, ja or pt-BR; ${wrong} is none`);
  if (entries.length === 0) throw new Error('needs a folder for at least one language, such as ko');
  return entries.sort();
}

/** Whether the name is a canonical tag of language, script and region that Node.js can format times in. */
function isLanguageTag(name: string): boolean {
  if (!/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/.test(name)) return false;
  return Intl.getCanonicalLocales(name)[0] === name && Intl.DateTimeFormat.supportedLocalesOf(name).length > 0;
}
