// @ts-check

/** Boxes for the documents that a member agrees to. It is loaded only where documents are declared. */

import { request } from './api.js';
import { formOf } from './form.js';
import { FieldProblems } from './form-problems.js';
import { find, text } from './page.js';

/** @typedef {{ id: string, version: string, title: string, url: string | null, required: boolean }} Document */

/** The documents in force, in the language of the page. @returns {Promise<Document[]>} */
export async function loadDocuments() {
  return (await request('GET', 'auth/consents')).items;
}

/**
 * Shows a box for each document. Those that are ticked stay so, for another language.
 * @param {string} form @param {readonly Document[]} documents
 */
export function showDocuments(form, documents) {
  const ticked = new Set(boxesOf(form).flatMap(({ checked, name }) => (checked ? [name] : [])));
  const root = find('[data-consents]', formOf(form));
  const template = /** @type {HTMLTemplateElement} */ (find('template', root));
  for (const shown of root.querySelectorAll('.field')) shown.remove();
  for (const { id, version, title, url, required } of documents) {
    const field = /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
    const box = /** @type {HTMLInputElement} */ (find('input', field));
    const error = find('.error', field);
    box.name = `consents.${id}`;
    box.id = `${form}-consent-${id}`;
    error.id = `${box.id}-error`;
    box.setAttribute('aria-describedby', error.id);
    box.checked = ticked.has(box.name);
    Object.assign(box.dataset, { document: id, version, title, ...(required && { required: '' }) });
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
 * @returns {{ consents: { id: string, version: string }[] }}
 */
export function readConsents(form) {
  const missing = findConsentProblems(form);
  if (missing.length > 0) throw new FieldProblems(missing);
  const ticked = boxesOf(form).filter(({ checked }) => checked);
  return {
    consents: ticked.map(({ dataset }) => ({ id: String(dataset.document), version: String(dataset.version) })),
  };
}

/** @param {string} form @returns {HTMLInputElement[]} */
function boxesOf(form) {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (formOf(form).querySelectorAll('[data-document]'))];
}
