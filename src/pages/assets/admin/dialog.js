// @ts-check

/**
 * Asks before each action: what it does, for which reason, and for the password or another login
 * where the last one is too long ago.
 */

import { ApiProblem } from '../api.js';
import { clearForm, formOf, onSubmit, requiredValue, setFields } from '../form.js';
import { onLanguageChange } from '../language.js';
import { announce, find, text } from '../page.js';
import { Left, confirmPassword, readSelf } from './admin-api.js';
import { requiredText } from './fields.js';
import { rememberFocus } from './focus.js';

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} [effect] what the action does
 * @property {string} [submit] the label of the button; the title without one
 * @property {boolean} [isDangerous]
 * @property {(reason: string) => Promise<void | (() => void)>} act may return what follows when the dialog is closed
 */

/** What was typed before the way to a provider and back, by the dialog that opens next. */
const kept = /** @type {Map<string, Record<string, string>>} */ (new Map());

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
    onLanguageChange(() => this.element.close()); // its question is in the other language
  }

  /** @param {Question} question */
  ask(question) {
    this.question = question;
    const { title, effect = '', submit = title, isDangerous = false } = question;
    clearForm(formOf(this.name));
    this.password.hidden = true;
    find('h2', this.element).textContent = title;
    find('[data-effect]', this.element).textContent = effect;
    const button = find('[type="submit"]', this.element);
    button.textContent = submit;
    button.className = isDangerous ? 'danger' : 'primary';
    setFields(formOf(this.name), kept.get(this.name) ?? {});
    kept.delete(this.name);
    this.restoreFocus = rememberFocus();
    this.element.showModal();
    find('h2', this.element).focus(); // a screen reader begins with the title, not with the field
  }

  /** Sets a field. @param {string} name @param {string} value */
  set(name, value) {
    /** @type {HTMLInputElement} */ (find(`[name="${name}"]`, this.element)).value = value;
  }

  async send() {
    const reason = requiredText(this.name, 'reason', text('reasonMissing'));
    let follow;
    try {
      await this.confirm();
      follow = await this.question?.act(reason);
    } catch (error) {
      if (error instanceof Left) return this.element.close();
      if (error instanceof ApiProblem && error.code === 'reauth_required') return this.askForLogin();
      throw readable(error);
    }
    this.element.close();
    this.restoreFocus(); // before another dialog opens, which gives it back to the same place
    announce('');
    follow?.();
  }

  /** Confirms the password, if it was asked for. */
  async confirm() {
    if (this.password.hidden) return;
    await confirmPassword(requiredValue(this.name, 'password', text('passwordMissing')));
    this.password.hidden = true; // the login is recent now, also where the action itself fails
  }

  /** Asks for the password; an administrator without one, for a passkey or a login at a provider. */
  async askForLogin() {
    const { id, hasPassword } = await readSelf();
    announce('');
    if (!hasPassword) return (await loadConfirmation(id))(this.name);
    this.password.hidden = false;
    find('input', this.password).focus();
  }
}

/** The header's own problems are those of the field. @param {unknown} error */
function readable(error) {
  if (!(error instanceof ApiProblem)) return error;
  if (error.code === 'invalid_credentials') return new ApiProblem(error.code, { detail: text('wrongPassword') });
  for (const problem of error.fields) if (problem.field === 'Audit-Reason') problem.field = 'reason';
  return error;
}

/** @type {Promise<(form: string) => Promise<void>> | undefined} */
let confirmation;

/** Loaded only for an administrator without a password. @param {string} memberId */
function loadConfirmation(memberId) {
  confirmation ??= import('../confirm-login.js').then(({ offerConfirmation }) => offerConfirmation(memberId, 'admin'));
  return confirmation;
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

/** Keeps what was typed for when the dialog is opened again. @param {string} name @param {Record<string, string>} fields */
export function keepFields(name, fields) {
  kept.set(name, fields);
}

/** Shows a secret once. @param {string} title @param {string} secret */
export function showSecret(title, secret) {
  const restoreFocus = rememberFocus();
  const element = /** @type {HTMLDialogElement} */ (find('[data-dialog="secret"]'));
  find('h2', element).textContent = title;
  find('[data-secret]', element).textContent = secret;
  find('[data-copied]', element).textContent = '';
  const forget = () => (find('[data-secret]', element).textContent = ''); // it is nowhere else
  find('[data-close]', element).onclick = () => {
    forget();
    element.close();
  };
  element.onclose = () => {
    forget(); // also closed by a key
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
