// @ts-check

/**
 * The dialogs before actions. Each shows what the action does and asks for a reason. If the last
 * login is too long ago, the dialog also asks for the password or for another login.
 */

import { ApiProblem } from '../api.js';
import { clearForm, formOf, onSubmit, requiredValue, setFields } from '../form.js';
import { onLanguageChange } from '../language.js';
import { announce, find, text } from '../page.js';
import { Left, confirmPassword, orLeave, readSelf } from './admin-api.js';
import { requiredText } from './fields.js';
import { rememberFocus } from './focus.js';

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} [effect] what the action does
 * @property {string} [submit] the label of the button; the title without one
 * @property {boolean} [isDangerous]
 * @property {import('../form.js').Values} [fields] initial values that differ from those in the page
 * @property {(reason: string) => Promise<void | (() => void)>} act may return a function that runs after the dialog is closed
 */

/**
 * What was typed before a journey to a provider, by the name of the dialog. That dialog fills it in
 * if it opens next with the same question.
 * @type {Map<string, import('../social-journey.js').WaitingForm>}
 */
const kept = new Map();

/** One of the dialogs of the page. */
class Dialog {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.element = /** @type {HTMLDialogElement} */ (find(`[data-dialog="${name}"]`));
    this.password = find('[data-password-check]', this.element);
    /** @type {Question | undefined} */
    this.question = undefined;
    /** @type {() => void} */
    this.restoreFocus = () => {};
    this.element.addEventListener('close', () => this.restoreFocus());
    find('[data-cancel]', this.element).addEventListener('click', () => this.element.close());
    onSubmit(name, () => this.send());
    onLanguageChange(() => this.element.close()); // its texts are in the previous language
  }

  /** @param {Question} question */
  ask(question) {
    this.question = { ...question }; // a copy, so that `isAsking` is false for an earlier opening by the same action
    const { title, effect = '', submit = title, isDangerous = false, fields = {} } = question;
    const form = formOf(this.name);
    clearForm(form);
    this.password.hidden = true;
    find('h2', this.element).textContent = title;
    find('[data-effect]', this.element).textContent = effect;
    const button = find('[type="submit"]', this.element);
    button.textContent = submit;
    button.className = isDangerous ? 'danger' : 'primary';
    form.dataset.about = JSON.stringify([location.search, title, effect]);
    setFields(form, { ...fields, ...this.takeKept(form.dataset.about) });
    this.restoreFocus = rememberFocus();
    this.element.showModal();
    find('h2', this.element).focus(); // a screen reader begins with the title, not with the field
  }

  /**
   * Returns what was typed for a question. What was typed for another one, such as one about another
   * member, is dropped.
   * @param {string} about
   */
  takeKept(about) {
    const before = kept.get(this.name);
    kept.delete(this.name);
    return before?.chosen === about ? before.fields : {};
  }

  /**
   * Whether the dialog still shows this question. A request may be answered after "Cancel".
   * @param {Question} question
   */
  isAsking(question) {
    return this.question === question && this.element.open;
  }

  async send() {
    const { question } = this;
    if (question === undefined) return;
    const reason = requiredText(this.name, 'reason', text('reasonMissing'));
    try {
      await this.act(question, reason);
    } catch (error) {
      if (error instanceof Left) this.element.close();
      else if (this.isAsking(question)) throw readable(error);
      else announce(''); // the dialog was cancelled
    }
  }

  /**
   * Runs the action, unless the dialog was cancelled. If the action needs a more recent login, asks for that login.
   * @param {Question} question
   * @param {string} reason
   */
  async act(question, reason) {
    let follow;
    try {
      await this.confirm();
      if (this.isAsking(question)) follow = await question.act(reason);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'reauth_required') throw error;
      return this.askForLogin(question);
    }
    if (this.isAsking(question)) {
      this.element.close();
      this.restoreFocus(); // before `follow` opens another dialog, which later returns the focus to this place
    }
    announce('');
    follow?.();
  }

  /** Confirms the password, if it was asked for. */
  async confirm() {
    if (this.password.hidden) return;
    await confirmPassword(requiredValue(this.name, 'password', text('passwordMissing')));
    this.password.hidden = true; // the login is recent now, also where the action itself fails
  }

  /**
   * Asks for the password. An administrator without a password needs a passkey or a login at a provider instead.
   * @param {Question} question
   */
  async askForLogin(question) {
    const { id, hasPassword } = await readSelf();
    announce('');
    if (!hasPassword) {
      const ask = await loadConfirmation(id);
      return orLeave(ask(this.name, () => this.isAsking(question)));
    }
    if (!this.isAsking(question)) return;
    this.password.hidden = false;
    find('input', this.password).focus();
  }
}

/**
 * Returns an error as the dialog shows it. A problem of the header `Audit-Reason` belongs to the field `reason`.
 * @param {unknown} error
 */
function readable(error) {
  if (!(error instanceof ApiProblem)) return error;
  if (error.code === 'invalid_credentials') return new ApiProblem(error.code, { detail: text('wrongPassword') });
  for (const problem of error.fields) if (problem.field === 'Audit-Reason') problem.field = 'reason';
  return error;
}

/** @type {Promise<ReturnType<typeof import('../confirm-login.js').offerConfirmation>> | undefined} */
let confirmation;

/** Loaded only for an administrator without a password. @param {string} memberId */
async function loadConfirmation(memberId) {
  try {
    confirmation ??= import('../confirm-login.js').then((it) => it.offerConfirmation(memberId, 'admin'));
    return await confirmation;
  } catch {
    confirmation = undefined; // the next try loads it again
    throw new ApiProblem('network');
  }
}

/** @type {Map<string, Dialog>} */
const dialogs = new Map();

/** Returns a dialog of the page, which exists once. @param {string} name */
export function dialogOf(name) {
  const dialog = dialogs.get(name) ?? new Dialog(name);
  dialogs.set(name, dialog);
  return dialog;
}

/** Asks before an action without further fields. @param {Question} question */
export function askFirst(question) {
  dialogOf('action').ask(question);
}

/**
 * Keeps what was typed. The dialog fills it in if it asks the same question the next time.
 * @param {import('../social-journey.js').WaitingForm} waiting
 */
export function keepFields(waiting) {
  kept.set(waiting.form, waiting);
}

/** Closes the dialogs of the previous view. The dialog with a secret stays: the secret is shown nowhere else. */
export function closeDialogs() {
  const open = /** @type {NodeListOf<HTMLDialogElement>} */ (
    document.querySelectorAll('dialog[open]:not([data-dialog="secret"])')
  );
  for (const dialog of open) dialog.close();
}

/** Shows a secret once. @param {string} title @param {string} secret */
export function showSecret(title, secret) {
  const restoreFocus = rememberFocus();
  const element = /** @type {HTMLDialogElement} */ (find('[data-dialog="secret"]'));
  find('h2', element).textContent = title;
  find('[data-secret]', element).textContent = secret;
  find('[data-copied]', element).textContent = '';
  const forget = () => (find('[data-secret]', element).textContent = ''); // no copy stays in the page
  find('[data-close]', element).onclick = () => {
    forget();
    element.close();
  };
  element.onclose = () => {
    forget(); // the Escape key closes the dialog without the button
    restoreFocus();
  };
  find('[data-copy]', element).onclick = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      find('[data-copied]', element).textContent = text('copied');
    } catch {
      find('[data-copied]', element).textContent = text('copyFailed');
    }
  };
  element.showModal();
  find('h2', element).focus();
}
