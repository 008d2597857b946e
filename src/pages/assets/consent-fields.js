// @ts-check

/**
 * The documents to agree to in one form. If the operator has declared none, the class does nothing,
 * and the script of the boxes is not loaded.
 */

import { ApiProblem, toProblem } from './api.js';
import { formOf } from './form.js';
import { reasonOf } from './form-problems.js';
import { onLanguageChange } from './language.js';
import { find, text } from './page.js';

/** @typedef {import('./consents.js').Document} Document */
/** @typedef {import('./consents.js').Ticked} Ticked */

export class ConsentFields {
  #form;
  #root;
  /** Loads the documents whose boxes are still to be shown; null if there are none. @type {(() => Promise<readonly Document[]>) | null} */
  #due = null;

  /** @param {string} form */
  constructor(form) {
    this.#form = form;
    this.#root = /** @type {HTMLElement | null} */ (formOf(form).querySelector('[data-consents]'));
    if (this.#root === null) return;
    find('button', this.#root).addEventListener('click', () => void this.#retry());
    onLanguageChange(() => void this.#translate());
  }

  /**
   * Shows a box for each document. A failure is shown in place of the boxes, with a button to try
   * again.
   * @param {readonly Document[]} [documents] default: all that are in force
   */
  async offer(documents) {
    if (this.#root === null) return;
    this.clear();
    const { lang } = document.documentElement;
    const ids = documents?.map(({ id }) => id);
    this.#due = async () =>
      documents !== undefined && lang === document.documentElement.lang
        ? documents
        : (await loadScript()).loadDocuments(ids);
    await this.#attempt(() => this.#showDue());
  }

  /** Removes the boxes: another visitor may use the form next. */
  clear() {
    if (this.#root === null) return;
    for (const box of this.#boxes()) box.closest('.field')?.remove();
    this.#root.hidden = true;
    this.#due = null;
  }

  /**
   * Sends a form with the ticked boxes. Throws a problem that names each required box that is not
   * ticked. If the server refuses because a document has come into force since, shows its box and
   * throws a problem that names it.
   * @template T
   * @param {(ticked: Partial<Ticked>) => Promise<T>} send
   * @returns {Promise<T>}
   */
  async send(send) {
    if (this.#root === null) return send({});
    await this.#showDue();
    const { explainRefusal, readConsents } = await loadScript();
    try {
      return await send(readConsents(this.#form));
    } catch (error) {
      throw await explainRefusal(this.#form, error);
    }
  }

  /** @returns {Promise<void>} */
  async #showDue() {
    if (this.#due === null) return;
    const { showDocuments } = await loadScript();
    const due = this.#due;
    const documents = await due?.();
    if (documents === undefined || due !== this.#due) return this.#showDue(); // another run has shown them, or other documents are due
    showDocuments(this.#form, documents);
    this.#due = null;
    this.#showFailure('');
  }

  /**
   * Shows the boxes in the language of the page. A form is not sent before that, because the server
   * records the document in this language as the one that the member agreed to.
   */
  async #translate() {
    const ids = this.#boxes().map(({ dataset }) => String(dataset.document));
    if (ids.length > 0) this.#due = async () => (await loadScript()).loadDocuments(ids);
    await this.#attempt(() => this.#showDue());
  }

  async #retry() {
    await this.#attempt(() => this.#showDue());
    this.#boxes()[0]?.focus();
  }

  /** @returns {HTMLElement[]} */
  #boxes() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.#root?.querySelectorAll('[data-document]') ?? [])];
  }

  /** @param {() => Promise<void>} action */
  async #attempt(action) {
    this.#showFailure('');
    try {
      await action();
    } catch (error) {
      this.#showFailure(`${text('consentsFailed')} ${reasonOf(toProblem(error))}`);
    }
  }

  /** @param {string} message empty for none */
  #showFailure(message) {
    const root = this.#root;
    if (root === null) return;
    if (message !== '') root.hidden = false;
    find('[data-failure]', root).hidden = message === '';
    find('[data-failure] p', root).textContent = message;
  }
}

function loadScript() {
  return import('./consents.js').catch(() => {
    throw new ApiProblem('network');
  });
}
