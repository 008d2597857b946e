// @ts-check

/** Boxes for the documents that a member agrees to. It is loaded only where documents are declared. */

import { ApiProblem, request } from './api.js';
import { formOf } from './form.js';
import { FieldProblems } from './form-problems.js';
import { find, text } from './page.js';

/** @typedef {{ id: string, version: string, title: string, url: string | null, required: boolean }} Document */
/** @typedef {{ consents: { id: string, version: string }[] }} Ticked */

/** The name of a box, also in problems of the server, is this and the id of its document. */
const PREFIX = 'consents.';

/**
 * The documents in force, in the language of the page.
 * @param {readonly string[]} [ids] default: all
 * @returns {Promise<Document[]>}
 */
export async function loadDocuments(ids) {
  const { lang } = document.documentElement;
  const { items } = /** @type {{ items: Document[] }} */ (await request('GET', 'auth/consents'));
  if (lang !== document.documentElement.lang) return loadDocuments(ids);
  return ids === undefined ? items : items.filter(({ id }) => ids.includes(id));
}

/**
 * Shows a box for each document. Those that are ticked stay so, for another language: a new version
 * is not agreed to by the box of the old one.
 * @param {string} form @param {readonly Document[]} documents
 */
export function showDocuments(form, documents) {
  const ticked = boxesOf(form).flatMap((box) => (box.checked ? [versionOf(box)] : []));
  const root = find('[data-consents]', formOf(form));
  const template = /** @type {HTMLTemplateElement} */ (find('template', root));
  for (const shown of root.querySelectorAll('.field')) shown.remove();
  root.hidden = documents.length === 0;
  for (const { id, version, title, url, required } of documents) {
    const field = /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
    const box = /** @type {HTMLInputElement} */ (find('input', field));
    const error = find('.error', field);
    box.name = PREFIX + id;
    box.id = `${form}-consent-${id}`;
    error.id = `${box.id}-error`;
    box.setAttribute('aria-describedby', error.id);
    Object.assign(box.dataset, { document: id, version, title, ...(required && { required: '' }) });
    box.checked = ticked.includes(versionOf(box));
    find('[data-label]', field).textContent = `${title} ${text(required ? 'consentRequired' : 'consentOptional')}`;
    const link = /** @type {HTMLAnchorElement} */ (find('a', field));
    if (url === null) link.remove();
    else {
      link.href = url;
      link.setAttribute('aria-label', text('consentReadNamed', { title }));
    }
    root.append(field);
  }
}

/**
 * Finds the required boxes that are not ticked.
 * @param {string} form
 * @returns {{ field: string, message: string }[]}
 */
export function findConsentProblems(form) {
  return boxesOf(form).flatMap(({ checked, name, dataset }) =>
    checked || dataset.required === undefined
      ? []
      : [{ field: name, message: text('consentMissing', { title: String(dataset.title) }) }],
  );
}

/**
 * Reads the ticked boxes. Throws a problem that names each required one that is not.
 * @param {string} form
 * @returns {Ticked}
 */
export function readConsents(form) {
  const missing = findConsentProblems(form);
  if (missing.length > 0) throw new FieldProblems(missing);
  const ticked = boxesOf(form).filter(({ checked }) => checked);
  return {
    consents: ticked.map(({ dataset }) => ({ id: String(dataset.document), version: String(dataset.version) })),
  };
}

/**
 * Shows a box for each document that the server misses, or that was replaced since its box was shown.
 * @param {string} form
 * @param {unknown} error of the server
 * @returns {Promise<unknown>} a problem that names these boxes, or else the error
 */
export async function explainRefusal(form, error) {
  if (!(error instanceof ApiProblem)) return error;
  const named = error.fields.map(({ field }) => field).filter((field) => field.startsWith('consents'));
  if (named.length === 0) return error;
  const boxes = boxesOf(form);
  const known = boxes.map(versionOf);
  const ids = [...named, ...boxes.map(({ name }) => name)].map((name) => name.slice(PREFIX.length));
  showDocuments(form, await loadDocuments(ids));
  const changed = boxesOf(form).filter((box) => !known.includes(versionOf(box)));
  if (changed.length === 0) return error;
  return new FieldProblems(
    changed.map(({ name, dataset }) => ({
      field: name,
      message: text('consentChanged', { title: String(dataset.title) }),
    })),
  );
}

/** @param {HTMLInputElement} box */
const versionOf = ({ dataset }) => `${dataset.document} ${dataset.version}`;

/** @param {string} form @returns {HTMLInputElement[]} */
function boxesOf(form) {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (formOf(form).querySelectorAll('[data-document]'))];
}
