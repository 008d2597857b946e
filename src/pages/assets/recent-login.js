// @ts-check

/**
 * Asks for the password where the last login is too long ago. After a fresh login the member sees no
 * further field.
 */

import { formOf, requiredValue } from './form.js';
import { find, text } from './page.js';
import { ApiProblem } from './api.js';
import { call } from './session.js';

let hasPassword = true;

/** Lets forms advise a new login instead, for a member who has no password to be asked for. */
export function askForNoPassword() {
  hasPassword = false;
}

/** Thrown when a form has got a further field, which is not a problem of what was typed. */
export class MoreNeeded extends Error {}

/**
 * Calls an operation that needs a recent login. If the last one is too long ago, confirms it by the
 * password of the form, and calls the operation again.
 * @param {string} form with a `password-check`
 * @param {'POST' | 'DELETE'} method
 * @param {string} operation
 * @param {object} [body]
 */
export async function callConfirmed(form, method, operation, body = {}) {
  const fields = passwordCheck(form).hidden ? body : { ...body, password: askedPassword(form) };
  try {
    return await call(method, operation, fields);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'reauth_required') throw error;
    await call('POST', 'auth/reauthenticate', { password: askedPassword(form) });
    return call(method, operation, fields);
  }
}

/**
 * As `callConfirmed`, for an operation that takes no password itself.
 * @param {string} form with a `password-check`
 * @param {'POST' | 'DELETE'} method
 * @param {string} operation
 * @param {object} [body]
 */
export async function callRecently(form, method, operation, body) {
  if (!passwordCheck(form).hidden) await call('POST', 'auth/reauthenticate', { password: askedPassword(form) });
  try {
    return await call(method, operation, body);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'reauth_required') askedPassword(form);
    throw error;
  }
}

/**
 * Returns the password of a form. If the field for it is hidden, shows it and throws MoreNeeded.
 * @param {string} form
 * @returns {string}
 */
export function askedPassword(form) {
  if (!hasPassword) throw new ApiProblem('reauth_required', { detail: text('logInAgain') });
  const check = passwordCheck(form);
  if (!check.hidden) return requiredValue(form, 'password', text('passwordMissing'));
  check.hidden = false;
  find('input', check).focus();
  throw new MoreNeeded();
}

/** @param {string} form */
function passwordCheck(form) {
  return find('[data-password-check]', formOf(form));
}
