// @ts-check

/**
 * Submits forms through functions, one submit at a time, and shows the problems of their fields.
 */

import { ApiProblem } from './api.js';
import { announce, duration, find, text } from './page.js';
import { foldTypedText } from './typed-text.js';

/** The possible names of the field for a code. */
const CODE_FIELDS = ['code', 'recoveryCode'];

/** A problem of a field that the page itself has found. */
export class FieldProblem extends ApiProblem {
  /** @param {string} field @param {string} message */
  constructor(field, message) {
    super('field_problem', { errors: [{ field, message }] });
  }
}

/**
 * Connects a form to the function that sends it.
 * @param {string} name
 * @param {() => Promise<void>} send may throw an ApiProblem, which the form shows
 */
export function onSubmit(name, send) {
  const form = /** @type {HTMLFormElement} */ (find(`[data-form="${name}"]`));
  let isBusy = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    // Prevents a double submit. The button is not disabled, because a disabled button loses the
    // focus.
    if (isBusy) return;
    isBusy = true;
    form.setAttribute('aria-busy', 'true');
    clearProblem(form);
    hidePasswords(form);
    announce(text('working'));
    try {
      await send();
    } catch (problem) {
      announce('');
      showProblem(form, problem instanceof ApiProblem ? problem : new ApiProblem('unexpected'));
    } finally {
      isBusy = false;
      form.removeAttribute('aria-busy');
    }
  });
  for (const button of passwordToggles(form)) {
    const input = /** @type {HTMLInputElement} */ (find(`#${button.dataset.toggles}`));
    button.addEventListener('click', () => setPasswordShown(button, input.type === 'password'));
  }
}

/**
 * Returns the value of a field of a form.
 * @param {string} name of the form
 * @param {string} field
 */
export function valueOf(name, field) {
  const form = /** @type {HTMLFormElement} */ (find(`[data-form="${name}"]`));
  return String(new FormData(form).get(field) ?? '');
}

/**
 * Returns the value of a field that must not be empty.
 * @param {string} name of the form
 * @param {string} field
 * @param {string} message shown if the field is empty
 */
export function requiredValue(name, field, message) {
  const value = valueOf(name, field);
  // A password is kept as typed; in other fields, blanks and invisible signs are typing errors.
  const cleaned = /password/i.test(field) ? value : foldTypedText(value);
  if (cleaned === '') throw new FieldProblem(field, message);
  return cleaned;
}

/** Resets a form and removes its problems. @param {HTMLFormElement} form */
export function clearForm(form) {
  form.reset();
  hidePasswords(form);
  clearProblem(form);
  // Lets listeners such as the strength meter update.
  for (const input of form.querySelectorAll('input')) input.dispatchEvent(new Event('input'));
}

/**
 * Returns the text of a problem: the server's own if it is written for members.
 * @param {ApiProblem} problem
 */
export function reasonOf(problem) {
  if (problem.code === 'network') return text('networkError');
  // The detail of this code is written for developers; the texts of the fields are for members.
  if (problem.code === 'validation_failed') return '';
  return problem.detail === '' ? text('unexpectedError') : problem.detail;
}

/** @param {HTMLFormElement} form @param {ApiProblem} problem */
function showProblem(form, problem) {
  const summary = find('[data-problem]', form);
  const heading = document.createElement('p');
  heading.className = 'problem-heading';
  heading.textContent = text('problemHeading');
  const list = document.createElement('ul');
  const fields = fieldsOf(form, problem);
  for (const { field, message } of fields) list.append(markField(form, field, message));
  if (fields.length === 0) list.append(listItem(reasonOf(problem)));
  if (problem.retryAfter > 0) list.append(listItem(text('retryIn', { time: duration(problem.retryAfter) })));
  summary.replaceChildren(heading, list);
  summary.hidden = false;
  summary.focus();
}

/**
 * Returns the problems of fields. An invalid code belongs to the code field, which has different
 * names in different forms.
 * @param {HTMLFormElement} form @param {ApiProblem} problem
 */
function fieldsOf(form, problem) {
  if (problem.code !== 'code_invalid') return problem.fields;
  const field = CODE_FIELDS.find((name) => findInput(form, name) !== null);
  return field === undefined ? [] : [{ field, message: reasonOf(problem) }];
}

/**
 * Marks a field as invalid and returns the summary entry that links to it.
 *
 * @param {HTMLFormElement} form
 * @param {string} field
 * @param {string} message
 */
function markField(form, field, message) {
  const input = findInput(form, field);
  if (input === null) return listItem(message);
  input.setAttribute('aria-invalid', 'true');
  const errorText = find(`#${input.id}-error`);
  errorText.textContent = errorText.hidden ? message : `${errorText.textContent} ${message}`;
  errorText.hidden = false;
  const link = document.createElement('a');
  // The script moves the focus, because fragments are reserved for the secrets of links.
  link.href = `#${input.id}`;
  link.textContent = message;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    input.focus();
  });
  const entry = listItem('');
  entry.append(link);
  return entry;
}

/** @param {HTMLFormElement} form */
function clearProblem(form) {
  const summary = find('[data-problem]', form);
  summary.hidden = true;
  summary.replaceChildren();
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  const errorTexts = /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('.error'));
  for (const errorText of errorTexts) errorText.hidden = true;
}

/**
 * Turns shown passwords back into password fields before sending, so that password managers store
 * them.
 *
 * @param {HTMLFormElement} form
 */
function hidePasswords(form) {
  for (const button of passwordToggles(form)) setPasswordShown(button, false);
}

/** @param {HTMLButtonElement} button @param {boolean} isShown */
function setPasswordShown(button, isShown) {
  const input = /** @type {HTMLInputElement} */ (find(`#${button.dataset.toggles}`));
  input.type = isShown ? 'text' : 'password';
  button.textContent = text(isShown ? 'hide' : 'show');
  button.setAttribute('aria-label', text(isShown ? 'hidePassword' : 'showPassword'));
}

/** @param {HTMLFormElement} form @returns {NodeListOf<HTMLButtonElement>} */
function passwordToggles(form) {
  return form.querySelectorAll('button[data-toggles]');
}

/**
 * Finds a visible field.
 *
 * @param {HTMLFormElement} form
 * @param {string | undefined} name
 * @returns {HTMLInputElement | null}
 */
function findInput(form, name) {
  const input = [...form.elements].find((element) => element instanceof HTMLInputElement && element.name === name);
  return input instanceof HTMLInputElement && input.closest('[hidden]') === null ? input : null;
}

/** @param {string} content */
function listItem(content) {
  const element = document.createElement('li');
  element.textContent = content;
  return element;
}
