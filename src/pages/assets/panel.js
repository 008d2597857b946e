// @ts-check

/** One section of the account page: it shows one of its parts at a time, and says in its place what has been done. */

import { ApiProblem } from './api.js';
import { clearForm, onSubmit, reasonOf } from './form.js';
import { announce, fill, find, text } from './page.js';
import { SignedOut } from './session.js';

/** @type {(wasSignedIn: boolean) => void} */
let leave = () => {};

/** What to do when the session turns out to be over. @param {(wasSignedIn: boolean) => void} action */
export function onSignedOut(action) {
  leave = action;
}

export class Panel {
  /** @param {string} name */
  constructor(name) {
    this.root = find(`[data-panel="${name}"]`);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll('[data-opens]'))) {
      button.addEventListener('click', () => this.open(button.dataset.opens ?? ''));
    }
  }

  /**
   * Shows one part, empties the forms of the others, and puts the focus where one goes on.
   * @param {string} part
   */
  open(part) {
    this.say('');
    this.reveal(part);
    const form = this.root.querySelector(`form[data-part="${part}"]`);
    const field = form?.querySelector('input:not([hidden]):not([type="radio"])');
    const target = field instanceof HTMLElement ? field : find('h2', this.root);
    target.focus();
  }

  /** The same without touching the focus, for the first look. @param {string} part */
  reveal(part) {
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll('[data-part]'))) {
      element.hidden = element.dataset.part !== part;
      if (element.hidden && element instanceof HTMLFormElement) clearForm(element);
    }
  }

  /** @param {Record<string, string>} fills */
  fill(fills) {
    fill(this.root, fills);
  }

  /** Says what has been done, for eyes and screen readers alike. @param {string} words */
  say(words) {
    const place = this.root.querySelector('[data-done]');
    if (place) place.textContent = words;
  }

  /**
   * Shows a part after something has been done, and says so.
   * @param {string} part
   * @param {string} words
   */
  finish(part, words) {
    this.open(part);
    this.say(words);
  }

  /**
   * A form of the panel. A wrong password is told in words that fit here.
   * @param {string} name
   * @param {() => Promise<void>} send
   */
  onSubmit(name, send) {
    onSubmit(name, async () => {
      try {
        await send();
        announce('');
      } catch (error) {
        if (error instanceof SignedOut) leave(error.wasSignedIn);
        else throw error instanceof ApiProblem && error.code === 'invalid_credentials' ? wrongPassword(error) : error;
      }
    });
  }

  /**
   * Something a button or the page itself sets off; what goes wrong is told above the list of the panel.
   * @param {() => Promise<void>} action
   */
  async run(action) {
    const place = find('[data-list-problem]', this.root);
    place.hidden = true;
    try {
      await action();
    } catch (error) {
      if (error instanceof SignedOut) return leave(error.wasSignedIn);
      const problem = error instanceof ApiProblem ? error : new ApiProblem('unexpected');
      place.textContent = `${text('listFailed')} ${reasonOf(problem)}`;
      place.hidden = false;
    }
  }

  /** A copy of a template. @param {string} name @returns {HTMLElement} */
  copy(name) {
    const template = /** @type {HTMLTemplateElement} */ (find(`[data-template="${name}"]`, this.root));
    return /** @type {HTMLElement} */ (find('li', template.content).cloneNode(true));
  }
}

/** @param {ApiProblem} problem */
function wrongPassword(problem) {
  return new ApiProblem(problem.code, { detail: text('wrongPassword'), retryAfter: problem.retryAfter });
}
