// @ts-check

/**
 * A section of the account page. It shows one of its parts at a time, and a message after a change.
 */

import { ApiProblem, toProblem } from './api.js';
import { clearForm, formOf, onSubmit, setFields } from './form.js';
import { reasonOf } from './form-problems.js';
import { onLanguageChange } from './language.js';
import { announce, fill, find, text } from './page.js';
import { ConfirmationNeeded } from './recent-login.js';
import { SignedOut } from './session.js';

/** @type {(wasSignedIn: boolean) => void} */
let leave = () => {};

/**
 * Sets what happens when a request finds that the session has ended.
 *
 * @param {(wasSignedIn: boolean) => void} action
 */
export function onSignedOut(action) {
  leave = action;
}

/** @param {SignedOut} error */
export function leaveSignedOut({ wasSignedIn }) {
  leave(wasSignedIn);
}

/** @type {Map<Element, Panel>} */
const panels = new Map();

/**
 * Shows a form of a panel with the content that it had before the member left the page.
 * @param {string} name of the form
 * @param {import('./form.js').Values} fields
 * @param {string} chosen the name of what the form is about
 */
export function openForm(name, fields, chosen) {
  const form = formOf(name);
  const panel = panels.get(/** @type {Element} */ (form.closest('[data-panel]')));
  panel?.fill({ chosen });
  panel?.open(form.dataset.part ?? '');
  setFields(form, fields);
}

export class Panel {
  /** @param {string} name */
  constructor(name) {
    this.root = find(`[data-panel="${name}"]`);
    this.isChanging = false;
    panels.set(this.root, this);
    onLanguageChange(() => this.showMessage('')); // it is in the other language
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll('[data-opens]'))) {
      button.addEventListener('click', () => this.open(button.dataset.opens ?? ''));
    }
  }

  /**
   * Shows one part, resets the forms of the others, and moves the focus to the part.
   * @param {string} part
   */
  open(part) {
    this.showMessage('');
    this.reveal(part);
    const form = this.root.querySelector(`form[data-part="${part}"]`);
    const field = [...(form?.querySelectorAll('input:not([type="radio"], [type="hidden"])') ?? [])].find(isShown);
    const target = field instanceof HTMLElement ? field : find('h2', this.root);
    target.focus();
  }

  /**
   * Shows the part for one item of the list.
   * @param {string} part a form with the hidden field `item`
   * @param {string} item its id
   * @param {string} label
   */
  choose(part, item, label) {
    this.fill({ chosen: label });
    this.open(part);
    setFields(find(`form[data-part="${part}"]`, this.root), { item });
  }

  /** Shows one part without moving the focus, for the initial state. @param {string} part */
  reveal(part) {
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll('[data-part]'))) {
      element.hidden = element.dataset.part !== part;
      if (!element.hidden || !(element instanceof HTMLFormElement)) continue;
      clearForm(element);
      for (const further of /** @type {NodeListOf<HTMLElement>} */ (
        element.querySelectorAll('[data-password-check], [data-factor-code]')
      )) {
        further.hidden = true;
      }
    }
  }

  /** @param {Record<string, string>} fills */
  fill(fills) {
    fill(this.root, fills);
  }

  /** Shows a message about a change, also to screen readers. @param {string} message */
  showMessage(message) {
    const element = this.root.querySelector('[data-done]');
    if (element) element.textContent = message;
  }

  /**
   * Shows a part with a message, after a change.
   * @param {string} part
   * @param {string} message
   */
  finish(part, message) {
    this.open(part);
    this.showMessage(message);
  }

  /**
   * Connects a form of the panel. Replaces the server's text for a wrong password, which is written
   * for logins.
   * @param {string} name
   * @param {() => Promise<void>} send
   */
  onSubmit(name, send) {
    onSubmit(name, async () => {
      try {
        await send();
        announce('');
      } catch (error) {
        if (error instanceof SignedOut) leaveSignedOut(error);
        else if (error instanceof ConfirmationNeeded) announce('');
        else
          throw error instanceof ApiProblem && error.code === 'invalid_credentials'
            ? wrongPassword(name, error)
            : error;
      }
    });
  }

  /**
   * Runs what loads the list. Shows a problem above the list, with a button to try again.
   * @param {() => Promise<void>} load
   */
  async run(load) {
    await this.attempt(load, { failure: 'listFailed', again: 'tryAgain', load });
  }

  /**
   * Runs a change that is not a form, one at a time. After a problem the button only loads the list,
   * which shows what can still be changed: the change itself may have been made.
   * @param {() => Promise<void>} action
   * @param {() => Promise<void>} load
   */
  async change(action, load) {
    if (this.isChanging) return; // a double click
    this.isChanging = true;
    this.showMessage('');
    await this.attempt(action, { failure: 'changeFailed', again: 'loadAgain', load });
    this.isChanging = false;
  }

  /**
   * Shows a problem of an action above the list of the panel, with a button.
   * @param {() => Promise<void>} action
   * @param {{ failure: string, again: string, load: () => Promise<void> }} texts and what the button runs
   */
  async attempt(action, { failure, again: label, load }) {
    const problemText = find('[data-list-problem]', this.root);
    problemText.hidden = true;
    problemText.replaceChildren();
    try {
      await action();
    } catch (error) {
      if (error instanceof SignedOut) return leaveSignedOut(error);
      const again = document.createElement('button');
      again.type = 'button';
      again.className = 'quiet';
      again.textContent = text(label);
      again.addEventListener('click', () => void this.run(load));
      problemText.replaceChildren(`${text(failure)} ${reasonOf(toProblem(error))} `, again);
      problemText.hidden = false;
    }
  }

  /** Copies a list item from a template. @param {string} name @returns {HTMLElement} */
  copyTemplate(name) {
    const template = /** @type {HTMLTemplateElement} */ (find(`[data-template="${name}"]`, this.root));
    return /** @type {HTMLElement} */ (find('li', template.content).cloneNode(true));
  }
}

/**
 * Turns a refusal into a problem of the field for the present password.
 * @param {string} form
 * @param {ApiProblem} problem
 */
function wrongPassword(form, problem) {
  const field = formOf(form).elements.namedItem('currentPassword') === null ? 'password' : 'currentPassword';
  const errors = [{ field, message: text('wrongPassword') }];
  return new ApiProblem(problem.code, { errors, retryAfter: problem.retryAfter });
}

/** @param {Element} element */
function isShown(element) {
  return element.closest('[hidden]') === null;
}
