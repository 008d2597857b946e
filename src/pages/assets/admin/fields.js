// @ts-check

/** Reads fields of the dialogs: texts and check boxes. */

import { FieldProblem } from '../form-problems.js';
import { formOf, valueOf } from '../form.js';
import { text } from '../page.js';

/**
 * Returns a trimmed text that must not be empty. Unlike `requiredValue`, it keeps every character: a reason may have any.
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
