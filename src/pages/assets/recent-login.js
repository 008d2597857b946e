// @ts-check

/**
 * Confirms who uses the session where the last login is too long ago: asks for the password or, of
 * a member without one, for a new login. After a fresh login the member sees no further field.
 */

import { ApiProblem } from './api.js';
import { formOf, requiredValue } from './form.js';
import { find, text } from './page.js';
import { call } from './session.js';

/** @type {((form: string) => Promise<void>) | null} */
let askForLogin = null;

/**
 * Sets what asks a member for a new login, who has no password to be asked for.
 * @param {(form: string) => Promise<void>} ask submits the form once more after the login
 */
export function askForNoPassword(ask) {
  askForLogin = ask;
}

/** Thrown when a form asks for more, which is not a problem of what was typed. */
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
 * shows it and throws MoreNeeded.
 * @param {string} form
 * @returns {string | undefined}
 */
export function askedPassword(form) {
  if (askForLogin !== null) return undefined;
  const check = passwordCheck(form);
  if (!check.hidden) return requiredValue(form, 'password', text('passwordMissing'));
  check.hidden = false;
  find('input', check).focus();
  throw new MoreNeeded();
}

/**
 * The field for the password, if the form shows it, with the text for an empty one. A form that
 * reads it with its other fields reports all of them together.
 * @param {string} form
 * @returns {{ password?: string }}
 */
export function askedFields(form) {
  return askForLogin !== null || passwordCheck(form).hidden ? {} : { password: text('passwordMissing') };
}

/** @param {string} form @returns {Promise<never>} */
async function askFirst(form) {
  await askForLogin?.(form);
  throw new MoreNeeded();
}

/** @param {unknown} error */
function isTooLongAgo(error) {
  return error instanceof ApiProblem && error.code === 'reauth_required';
}

/** @param {string} form */
function passwordCheck(form) {
  return find('[data-password-check]', formOf(form));
}
