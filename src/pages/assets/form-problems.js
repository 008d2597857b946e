// @ts-check

/** Shows the problems of a form: all of them, in the order of the fields. */

import { ApiProblem } from './api.js';
import { duration, find, itemOf, text } from './page.js';

/** The possible names of the field for a code. */
const CODE_FIELDS = ['code', 'recoveryCode'];

/** Problems of fields that the page itself has found. */
export class FieldProblems extends ApiProblem {
  /** @param {{ field: string, message: string }[]} fields */
  constructor(fields) {
    super('field_problem', { errors: fields });
  }
}

/** The problem of one field. */
export class FieldProblem extends FieldProblems {
  /** @param {string} field @param {string} message */
  constructor(field, message) {
    super([{ field, message }]);
  }
}

/**
 * Returns the text of a problem: the server's own if it is written for members.
 * @param {ApiProblem} problem
 */
export function reasonOf(problem) {
  if (problem.code === 'network') return text('networkError');
  // The details of these codes are written for developers.
  if (problem.code === 'origin_not_allowed') return text('notAllowedHere');
  if (problem.code === 'validation_failed') return ''; // the texts of its fields are for members
  return problem.detail === '' ? text('unexpectedError') : problem.detail;
}

/**
 * Shows a problem: a summary above the form, and the errors below their fields.
 * @param {HTMLFormElement} form @param {ApiProblem} problem
 */
export function showProblem(form, problem) {
  const summary = find('[data-problem]', form);
  const heading = document.createElement('p');
  heading.className = 'problem-heading';
  heading.textContent = text('problemHeading');
  const list = document.createElement('ul');
  const fields = fieldsOf(form, problem);
  for (const { field, message } of fields) list.append(markField(form, field, message));
  if (fields.length === 0) list.append(itemOf(reasonOf(problem)));
  if (problem.retryAfter > 0) list.append(itemOf(text('retryIn', { time: duration(problem.retryAfter) })));
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
  if (problem.code !== 'code_invalid') return inOrder(form, problem.fields);
  const field = CODE_FIELDS.find((name) => findInput(form, name) !== null);
  return field === undefined ? [] : [{ field, message: reasonOf(problem) }];
}

/**
 * Sorts problems as their fields appear in the form; those of no field come last.
 * @param {HTMLFormElement} form @param {{ field: string, message: string }[]} problems
 */
function inOrder(form, problems) {
  const position = new Map([...form.elements].map((element, at) => [element.getAttribute('name'), at]));
  const positionOf = (/** @type {string} */ field) => position.get(field) ?? form.elements.length;
  return [...problems].sort((a, b) => positionOf(a.field) - positionOf(b.field));
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
  if (input === null) return itemOf(message);
  const errorText = find(`#${input.id}-error`);
  showFieldError(input, errorText.hidden ? message : `${errorText.textContent} ${message}`);
  const link = document.createElement('a');
  // The script moves the focus, because fragments are reserved for the secrets of links.
  link.href = `#${input.id}`;
  link.textContent = message;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    input.focus();
  });
  const entry = itemOf('');
  entry.append(link);
  return entry;
}

/**
 * Shows an error below a field, or removes it.
 * @param {HTMLInputElement | HTMLSelectElement} input @param {string} message empty for none
 */
export function showFieldError(input, message) {
  const errorText = find(`#${input.id}-error`);
  errorText.textContent = message;
  errorText.hidden = message === '';
  if (message === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

/** Removes the problem of a form. @param {HTMLFormElement} form */
export function clearProblem(form) {
  const summary = find('[data-problem]', form);
  summary.hidden = true;
  summary.replaceChildren();
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  const errorTexts = /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('.error'));
  for (const errorText of errorTexts) errorText.hidden = true;
}

/**
 * Removes the problem of a field that is being corrected, because it describes the earlier value.
 * @param {HTMLFormElement} form @param {EventTarget | null} target
 */
export function clearFieldProblem(form, target) {
  if (!(target instanceof Element) || !isField(target) || !target.hasAttribute('aria-invalid')) return;
  showFieldError(target, '');
  const summary = find('[data-problem]', form);
  summary.querySelector(`a[href="#${CSS.escape(target.id)}"]`)?.parentElement?.remove();
  if (summary.querySelector('li') === null) clearProblem(form);
}

/**
 * Finds a visible field.
 *
 * @param {HTMLFormElement} form
 * @param {string | undefined} name
 * @returns {HTMLInputElement | HTMLSelectElement | null}
 */
function findInput(form, name) {
  const input = [...form.elements].find((element) => isField(element) && element.name === name);
  return input !== undefined && isField(input) && input.closest('[hidden]') === null ? input : null;
}

/** @param {Element} element @returns {element is HTMLInputElement | HTMLSelectElement} */
function isField(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
}
