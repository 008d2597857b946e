// @ts-check

/** Reads the fields of forms, and submits forms through functions, one submit at a time. */

import { toProblem } from './api.js';
import { keepDigits } from './code-field.js';
import { FieldProblems, clearFieldProblem, clearProblem, showProblem } from './form-problems.js';
import { onLanguageChange } from './language.js';
import { announce, find, text } from './page.js';
import { foldTypedText } from './typed-text.js';

/**
 * Connects a form to the function that sends it.
 * @param {string} name
 * @param {(button: HTMLButtonElement | null) => Promise<void>} send gets the pressed button; may throw
 * an ApiProblem, which the form shows
 */
export function onSubmit(name, send) {
  const form = formOf(name);
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
      await send(/** @type {HTMLButtonElement | null} */ (event.submitter));
    } catch (problem) {
      announce('');
      showProblem(form, toProblem(problem));
    } finally {
      isBusy = false;
      form.removeAttribute('aria-busy');
    }
  });
  form.addEventListener('input', ({ target }) => clearFieldProblem(form, target));
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('input.code'))) {
    keepDigits(input);
  }
  onLanguageChange(() => {
    clearProblem(form); // its texts are in the other language
    hidePasswords(form);
  });
  for (const button of passwordToggles(form)) {
    const input = /** @type {HTMLInputElement} */ (find(`#${button.dataset.toggles}`));
    button.addEventListener('click', () => setPasswordShown(button, input.type === 'password'));
  }
}

/**
 * Reports that the script of a form could not be loaded. Its buttons load the page again.
 * @param {string} name
 */
export function offerReload(name) {
  onSubmit(name, async () => location.reload());
  announce(text('networkError'));
}

/** @param {string} name @returns {HTMLFormElement} */
export function formOf(name) {
  return find(`[data-form="${name}"]`);
}

/**
 * Returns the value of a field of a form.
 * @param {string} name of the form
 * @param {string} field
 */
export function valueOf(name, field) {
  return String(new FormData(formOf(name)).get(field) ?? '');
}

/**
 * Reads fields that must not be empty.
 * @template {string} Field
 * @param {string} name of the form
 * @param {Partial<Record<Field, string>>} messages the field names, with the text for an empty field
 * @returns {{ values: Record<Field, string>, problems: { field: string, message: string }[] }}
 */
export function readFields(name, messages) {
  const values = /** @type {Record<Field, string>} */ ({});
  const problems = [];
  for (const [field, message] of /** @type {[Field, string][]} */ (Object.entries(messages))) {
    const value = valueOf(name, field);
    // A password is kept as typed; in other fields, blanks and invisible signs are typing errors.
    values[field] = /password/i.test(field) ? value : foldTypedText(value);
    if (values[field] === '') problems.push({ field, message });
  }
  return { values, problems };
}

/**
 * Returns the values of fields that must not be empty. Throws one problem that names every empty
 * field.
 * @template {string} Field
 * @param {string} name of the form
 * @param {Partial<Record<Field, string>>} messages the field names, with the text for an empty field
 */
export function requiredValues(name, messages) {
  const { values, problems } = readFields(name, messages);
  if (problems.length > 0) throw new FieldProblems(problems);
  return values;
}

/**
 * Returns the value of a field that must not be empty.
 * @param {string} name of the form
 * @param {string} field
 * @param {string} message shown if the field is empty
 */
export function requiredValue(name, field, message) {
  return /** @type {string} */ (requiredValues(name, { [field]: message })[field]);
}

/**
 * By the names of fields. Boxes that share a name may have several values, or none.
 * @typedef {Record<string, string | readonly string[]>} Values
 */

/** @param {HTMLFormElement} form @param {Values} values */
export function setFields(form, values) {
  for (const field of form.elements) {
    const isInput = field instanceof HTMLInputElement;
    if (!(isInput || field instanceof HTMLSelectElement) || !Object.hasOwn(values, field.name)) continue;
    const given = [values[field.name] ?? []].flat();
    if (isInput && ['checkbox', 'radio'].includes(field.type)) field.checked = given.includes(field.value);
    else field.value = given[0] ?? '';
  }
}

/** Returns the values of all fields, as `setFields` takes them. @param {HTMLFormElement} form @returns {Values} */
export function fieldsOf(form) {
  const values = new FormData(form);
  const names = [...form.elements].flatMap((field) =>
    (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.name !== '' ? [field.name] : [],
  );
  return Object.fromEntries(names.map((name) => [name, values.getAll(name).map(String)]));
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
