import { createHash } from 'node:crypto';
import { isObject } from '../attributes/attribute-declarations.js';
import type { ConsentDocument } from './consent-documents.js';

const ID = /^[a-z][a-z0-9-]{0,31}$/;
const VERSION = /^[A-Za-z0-9][\w.-]{0,31}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/;
const SHA256 = /^[0-9a-f]{64}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/;
const MAX_TITLE = 200;
const MAX_DOCUMENTS = 200;

/** Reads the file that CONSENTS names. Loaded only where CONSENTS is set. */
export class ConsentFile {
  /** @throws Error whose message is the broken rule */
  static read(text: string): ConsentDocument[] {
    const { documents, ...others } = parse(text);
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new Error(`has the unknown property ${unknown}`);
    if (!Array.isArray(documents) || documents.length === 0) throw new Error('needs a list documents with an entry');
    if (documents.length > MAX_DOCUMENTS) throw new Error(`needs at most ${MAX_DOCUMENTS} documents`);
    const read = documents.map((document, index) => readDocument(document, `documents[${index}]`));
    checkTogether(read);
    return read;
  }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error('needs JSON', { cause });
  }
  if (!isObject(value)) throw new Error('needs a JSON object with a list documents');
  return value;
}

function readDocument(document: unknown, at: string): ConsentDocument {
  if (!isObject(document)) throw new Error(`${at} needs an object`);
  const { id, version, language, title, url, sha256, required, marketing = false, effectiveFrom, ...others } = document;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`${at} has the unknown property ${unknown}`);
  if (!matches(id, ID)) throw new Error(`${at}.id needs 1 to 32 of a–z, 0–9 and hyphen, beginning with a letter`);
  if (!matches(version, VERSION)) throw new Error(`${at}.version needs 1 to 32 letters, digits, dots, hyphens and _`);
  if (!matches(language, LANGUAGE)) throw new Error(`${at}.language needs a language such as ko or en`);
  if (typeof title !== 'string' || title.trim() === '' || title.length > MAX_TITLE)
    throw new Error(`${at}.title needs 1 to ${MAX_TITLE} characters`);
  if (url === undefined && sha256 === undefined) throw new Error(`${at} needs url or sha256`);
  if (url !== undefined && !isWebUrl(url)) throw new Error(`${at}.url needs an http or https URL`);
  if (sha256 !== undefined && !matches(sha256, SHA256)) throw new Error(`${at}.sha256 needs 64 of 0–9 and a–f`);
  if (typeof required !== 'boolean') throw new Error(`${at}.required needs true or false`);
  if (typeof marketing !== 'boolean') throw new Error(`${at}.marketing needs true or false`);
  // Network Act article 22 and 50: a sign-up may not depend on a consent to marketing.
  if (marketing && required) throw new Error(`${at} is for marketing, so required needs false`);
  const effective = matches(effectiveFrom, MOMENT) && isDay(effectiveFrom) ? Date.parse(effectiveFrom) / 1000 : NaN;
  if (Number.isNaN(effective)) throw new Error(`${at}.effectiveFrom needs a date, or a time with its offset`);
  const declaration = { id, version, language, title, url: url ?? null, required, marketing, effectiveFrom: effective };
  return { ...declaration, hash: sha256 ?? createHash('sha256').update(JSON.stringify(declaration)).digest('hex') };
}

/** Rules over several documents. */
function checkTogether(documents: readonly ConsentDocument[]): void {
  for (const [index, document] of documents.entries()) {
    for (const other of documents.slice(index + 1)) {
      if (other.id !== document.id) continue;
      const at = `${document.id} ${document.version}`;
      const isSameVersion = other.version === document.version;
      if (isSameVersion && other.language === document.language)
        throw new Error(`${at} is declared twice in ${document.language}`);
      const isAlike =
        other.required === document.required &&
        other.marketing === document.marketing &&
        other.effectiveFrom === document.effectiveFrom;
      if (isSameVersion && !isAlike)
        throw new Error(`${at} needs the same required, marketing and effectiveFrom in all languages`);
      if (!isSameVersion && other.effectiveFrom === document.effectiveFrom)
        throw new Error(`${document.id} needs another effectiveFrom for each version`);
      if (other.marketing !== document.marketing)
        throw new Error(`${document.id} needs the same marketing in all versions`);
    }
  }
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** Whether the text begins with a day that exists. `Date.parse` takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const [day, time] = [text.slice(0, 10), Date.parse(text.slice(0, 10))];
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/** Pages link to the URL, so `javascript:` must not pass. */
function isWebUrl(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2048 && /^https?:\/\//.test(value) && URL.canParse(value);
}
