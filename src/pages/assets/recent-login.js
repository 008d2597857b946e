// @ts-check

/**
 * Asks for the password where the last login is too long ago. After a fresh login the member sees no
 * further field.
 */

import { requiredValue } from './form.js';
import { find, text } from './page.js';
import { ApiProblem } from './api.js';
import { call, callWithPassword } from './session.js';

/** Thrown when a form has got a further field, which is not a problem of what was typed. */
export class MoreNeeded extends Error {}

/**
 * Calls an operation that needs a recent login, with the password of the form if it was asked for.
 * @param {string} form with a `password-check`
 * @param {'POST' | 'DELETE'} method
 * @param {string} operation
 * @param {object} [body]
 */
export async function callConfirmed(form, method, operation, body = {}) {
  if (!passwordCheck(form).hidden) {
    const password = askedPassword(form);
    return callWithPassword(password, method, operation, { ...body, password });
  }
  try {
    return await call(method, operation, body);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'reauth_required') throw error;
    askedPassword(form); // shows the field, and throws
  }
}

/**
 * Returns the password of a form. Shows the field for it first, if it is hidden.
 * @param {string} form
 * @returns {string}
 */
export function askedPassword(form) {
  const check = passwordCheck(form);
  if (!check.hidden) return requiredValue(form, 'password', text('passwordMissing'));
  check.hidden = false;
  find('input', check).focus();
  throw new MoreNeeded();
}

/** @param {string} form */
function passwordCheck(form) {
  return find(`[data-form="${form}"] [data-password-check]`);
}
