// @ts-check

/**
 * Confirms who uses the session if the last login is too long ago. A member with a password is asked
 * for it, and a member without one for a new login. After a fresh login the member sees no further field.
 */

import { ApiProblem } from './api.js';
import { formOf, requiredValue } from './form.js';
import { find, text } from './page.js';
import { call } from './session.js';

/** @type {((form: string) => Promise<void>) | null} */
let askForLogin = null;

/**
 * Sets the function that asks a member without a password for a new login.
 * @param {(form: string) => Promise<void>} ask submits the form once more after the login
 */
export function setLoginPrompt(ask) {
  askForLogin = ask;
}

/** Thrown when the member has to enter the password or log in first. Nothing that was typed is wrong. */
export class ConfirmationNeeded extends Error {}

/**
 * Calls an operation that needs a recent login, with the form's password if its field is shown. If the
 * last login is too long ago, shows that field or asks for a new login, and throws ConfirmationNeeded.
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
    if (!isTooLongAgo(error)) throw error;
    if (askForLogin !== null) return askFirst(form);
    await call('POST', 'auth/reauthenticate', { password: askedPassword(form) });
    return call(method, operation, fields);
  }
}

/**
 * As `callConfirmed`, for an operation that takes no password itself, such as one that only reads.
 * @param {string} form with a `password-check`
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} operation
 * @param {object} [body]
 */
export async function callRecently(form, method, operation, body) {
  if (!passwordCheck(form).hidden) await call('POST', 'auth/reauthenticate', { password: askedPassword(form) });
  try {
    return await call(method, operation, body);
  } catch (error) {
    if (!isTooLongAgo(error)) throw error;
    if (askForLogin !== null) return askFirst(form);
    askedPassword(form);
    throw error;
  }
}

/**
 * Returns the password of a form; undefined for a member without one. If the field for it is hidden,
 * shows it and throws ConfirmationNeeded.
 * @param {string} form
 * @returns {string | undefined}
 */
export function askedPassword(form) {
  if (askForLogin !== null) return undefined;
  const check = passwordCheck(form);
  if (!check.hidden) return requiredValue(form, 'password', text('passwordMissing'));
  check.hidden = false;
  find('input', check).focus();
  throw new ConfirmationNeeded();
}

/**
 * Returns the password field, if the form shows it, with the text for an empty one. A form passes it to
 * `requiredValues` with its other fields, so that all empty fields are reported together.
 * @param {string} form
 * @returns {{ password?: string }}
 */
export function askedFields(form) {
  return askForLogin !== null || passwordCheck(form).hidden ? {} : { password: text('passwordMissing') };
}

/** @param {string} form @returns {Promise<never>} */
async function askFirst(form) {
  await askForLogin?.(form);
  throw new ConfirmationNeeded();
}

/** Whether the last login is too long ago for the operation. @param {unknown} error */
export function isTooLongAgo(error) {
  return error instanceof ApiProblem && error.code === 'reauth_required';
}

/** @param {string} form */
function passwordCheck(form) {
  return find('[data-password-check]', formOf(form));
}
