// @ts-check

/** Makes a form send itself through a function, once at a time, and tell what was wrong with it. */

import { ApiProblem } from './api.js';
import { announce, duration, find, text } from './page.js';

/** Where a code is typed, in the forms that ask for one. */
const CODE_FIELDS = ['code', 'recoveryCode'];

/** What the page itself has to say about a field. */
export class FieldProblem extends ApiProblem {
  /** @param {string} field @param {string} message */
  constructor(field, message) {
    super('field_problem', { errors: [{ field, message }] });
  }
}

/**
 * @param {string} name
 * @param {() => Promise<void>} send throws an ApiProblem that the form shows
 */
export function onSubmit(name, send) {
  const form = /** @type {HTMLFormElement} */ (find(`[data-form="${name}"]`));
  let isBusy = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    // A second press must not send a second time. The button stays enabled: disabling it would lose the focus.
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
 * What was typed into a field of a form.
 * @param {string} name of the form
 * @param {string} field
 */
export function valueOf(name, field) {
  const form = /** @type {HTMLFormElement} */ (find(`[data-form="${name}"]`));
  return String(new FormData(form).get(field) ?? '');
}

/**
 * The same, asked for: an empty field is a problem.
 * @param {string} name of the form
 * @param {string} field
 * @param {string} question what to say when it is empty
 */
export function requiredValue(name, field, question) {
  const value = valueOf(name, field);
  // A password may be blanks; elsewhere they are slips.
  const given = /password/i.test(field) ? value : value.trim();
  if (given === '') throw new FieldProblem(field, question);
  return given;
}

/** Empties a form and takes back what was said about it. @param {HTMLFormElement} form */
export function clearForm(form) {
  form.reset();
  hidePasswords(form);
  clearProblem(form);
  // The strength meter and the like look again.
  for (const input of form.querySelectorAll('input')) input.dispatchEvent(new Event('input'));
}

/**
 * What went wrong, in words: the server's own where it has any for people.
 * @param {ApiProblem} problem
 */
export function reasonOf(problem) {
  if (problem.code === 'network') return text('networkError');
  // Its general words speak to developers; what it says about each field speaks to people.
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
  for (const { field, message } of fields) list.append(fieldProblem(form, field, message));
  if (fields.length === 0) list.append(item(reasonOf(problem)));
  if (problem.retryAfter > 0) list.append(item(text('retryIn', { time: duration(problem.retryAfter) })));
  summary.replaceChildren(heading, list);
  summary.hidden = false;
  summary.focus();
}

/**
 * What a problem says about fields. A refused code is about the field it was typed into; which one that is, only the form knows.
 * @param {HTMLFormElement} form @param {ApiProblem} problem
 */
function fieldsOf(form, problem) {
  if (problem.code !== 'code_invalid') return problem.fields;
  const field = CODE_FIELDS.find((name) => inputOf(form, name) !== null);
  return field === undefined ? [] : [{ field, message: reasonOf(problem) }];
}

/** Marks a field and points to it from the summary. @param {HTMLFormElement} form @param {string} field @param {string} message */
function fieldProblem(form, field, message) {
  const input = inputOf(form, field);
  if (input === null) return item(message);
  input.setAttribute('aria-invalid', 'true');
  const place = find(`#${input.id}-error`);
  place.textContent = place.hidden ? message : `${place.textContent} ${message}`;
  place.hidden = false;
  const link = document.createElement('a');
  // Not a real jump: the fragment belongs to the link token.
  link.href = `#${input.id}`;
  link.textContent = message;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    input.focus();
  });
  const entry = item('');
  entry.append(link);
  return entry;
}

/** @param {HTMLFormElement} form */
function clearProblem(form) {
  const summary = find('[data-problem]', form);
  summary.hidden = true;
  summary.replaceChildren();
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('.error'))) place.hidden = true;
}

/** Password managers keep what is in a password field, so a shown password becomes one again before it is sent. @param {HTMLFormElement} form */
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

/** @param {HTMLFormElement} form @param {string | undefined} name @returns {HTMLInputElement | null} a field that can be seen */
function inputOf(form, name) {
  const input = [...form.elements].find((element) => element instanceof HTMLInputElement && element.name === name);
  return input instanceof HTMLInputElement && input.closest('[hidden]') === null ? input : null;
}

/** @param {string} words */
function item(words) {
  const element = document.createElement('li');
  element.textContent = words;
  return element;
}
