// @ts-check

/**
 * Calls the administration API in the name of the signed-in administrator. The console has no rights
 * of its own: what the API refuses, the console cannot show (AC-40).
 */

import { ApiProblem } from '../api.js';
import { addressOf, find, show } from '../page.js';
import { SignedOut, call, logOut } from '../session.js';

/** Thrown when the console has been replaced by another page or state, so there is nothing left to show. */
export class Left extends Error {}

/** Error codes for a member who may not use the console, each with the state of the page that explains it (AD-01). */
const REFUSALS = /** @type {Record<string, string>} */ ({ forbidden: 'no-admin', two_factor_required: 'no-factor' });

/**
 * Reads a resource below `admin/`.
 * @param {string} path
 * @param {Record<string, string | undefined>} [query] empty values are left out
 * @returns {Promise<any>}
 */
export async function read(path, query = {}) {
  const given = /** @type {[string, string][]} */ (Object.entries(query).filter(([, value]) => value));
  try {
    return await call('GET', `admin/${path}${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}`);
  } catch (error) {
    if (error instanceof ApiProblem && error.code in REFUSALS) {
      show(REFUSALS[error.code] ?? '');
      throw new Left();
    }
    throw leave(error);
  }
}

/**
 * Sends a request that changes or exports data. The audit log keeps the reason.
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} path below `admin/`
 * @param {object | undefined} body
 * @param {string} reason
 * @returns {Promise<any>}
 */
export async function callWithReason(method, path, body, reason) {
  return orLeave(call(method, `admin/${path}`, body, reason));
}

/** @type {Promise<{ id: string, hasPassword: boolean }> | undefined} */
let self;

/** Reads who the administrator is. */
export async function readSelf() {
  self ??= call('GET', 'members/me');
  try {
    return await orLeave(self);
  } catch (error) {
    self = undefined;
    throw error;
  }
}

/** Confirms the password where the last login is too long ago. @param {string} password */
export async function confirmPassword(password) {
  await orLeave(call('POST', 'auth/reauthenticate', { password }));
}

/** Ends the session and leads to the login page, which leads back to this view. */
export async function logInAgain() {
  await logOut().catch((error) => {
    // The new login takes the place of a session that this page cannot end.
    if (!(error instanceof ApiProblem) || error.code !== 'proof_required') throw error;
  });
  leaveToLogin('');
}

/** Ends the session and leads to the login page with a notice. */
export async function leaveConsole() {
  await logOut();
  leaveToLogin('logged-out');
}

/** Leads to the account page, which leads back here. */
export function leaveToAccount() {
  const account = find('[data-set-up-factor]').getAttribute('href');
  location.assign(`${account}&return_to=${encodeURIComponent(location.href)}`);
}

/** @param {string} id */
export const segment = (id) => encodeURIComponent(id);

/**
 * Waits for requests. If a request finds that the session has ended, leads to the login page and throws Left.
 * @template T
 * @param {Promise<T>} requests
 */
export async function orLeave(requests) {
  try {
    return await requests;
  } catch (error) {
    throw leave(error);
  }
}

/** Leads to the login page if the session has ended. @param {unknown} error @returns {unknown} what to throw */
function leave(error) {
  if (!(error instanceof SignedOut)) return error;
  leaveEnded(error.wasSignedIn);
  return new Left();
}

/** Leads to the login page where the session has ended. @param {boolean} wasSignedIn */
export function leaveEnded(wasSignedIn) {
  leaveToLogin(wasSignedIn ? 'ended' : '');
}

/** @param {'logged-out' | 'ended' | ''} because */
function leaveToLogin(because) {
  const own = find('[data-console-login]').dataset.consoleLogin ?? '';
  if (own !== '') {
    const fragment = because === '' ? '' : `#because=${because}`;
    location.replace(`${own}&return_to=${encodeURIComponent(location.href)}${fragment}`);
  } else if (addressOf('login') === '') show('signed-out');
  else location.replace(addressOf('login')); // the operator's own page
}
