// @ts-check

/** Reads fields of the dialogs: texts as they were typed, and check boxes. */

import { FieldProblem } from '../form-problems.js';
import { formOf, valueOf } from '../form.js';
import { text } from '../page.js';

/**
 * Returns a text that must not be empty, as it was typed: a reason may have any sign.
 * @param {string} form
 * @param {string} name
 * @param {string} message shown if the field is empty
 */
export function requiredText(form, name, message) {
  const value = valueOf(form, name).trim();
  if (value === '') throw new FieldProblem(name, message);
  return value;
}

/** @param {string} form @param {string} name @returns {string[]} at least one */
export function chosen(form, name) {
  const values = new FormData(formOf(form)).getAll(name).map(String);
  if (values.length === 0) throw new FieldProblem(name, text('chooseOne'));
  return values;
}
