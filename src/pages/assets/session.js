// @ts-check

/**
 * The session of the signed-in member. The refresh token is in a cookie that scripts cannot read.
 * The access token is kept only in the memory of this module, so that no storage holds it and it
 * does not survive a reload.
 */

import { ApiProblem, request } from './api.js';

/**
 * The access token is renewed this long before it expires, so that it does not expire during a
 * request.
 */
const MARGIN_MS = 15_000;
/** Error codes that concern the access token; all others concern the operation. */
const TOKEN_REFUSALS = ['token_expired', 'token_invalid', 'session_ended'];

let accessToken = '';
let renewAt = 0;
/** @type {Promise<void> | null} */
let renewing = null;

/** Thrown if there is no session, or if it has ended. */
export class SignedOut extends Error {
  /** @param {boolean} wasSignedIn true if a session has ended; false if there was none */
  constructor(wasSignedIn) {
    super('signed out');
    this.wasSignedIn = wasSignedIn;
  }
}

/**
 * Calls an operation as the signed-in member. Throws an ApiProblem or SignedOut.
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} operation
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function call(method, operation, body) {
  if (Date.now() > renewAt) await renew();
  try {
    return await request(method, operation, { body, bearer: accessToken });
  } catch (error) {
    if (!(error instanceof ApiProblem) || !TOKEN_REFUSALS.includes(error.code)) throw error;
    // The token may have expired while the computer slept, or the session may have ended. Renewing
    // shows which.
    await renew();
    return request(method, operation, { body, bearer: accessToken });
  }
}

/**
 * Calls an operation that needs a recent password check. If the server answers `reauth_required`,
 * checks the password and calls the operation again.
 * @param {string} password
 * @param {'POST' | 'DELETE'} method
 * @param {string} operation
 * @param {object} body
 */
export async function callWithPassword(password, method, operation, body) {
  try {
    return await call(method, operation, body);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'reauth_required') throw error;
    await call('POST', 'auth/reauthenticate', { password });
    return call(method, operation, body);
  }
}

/** Ends the session. A session that has already ended is not an error. */
export async function logOut() {
  try {
    await call('POST', 'auth/logout');
  } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
  } finally {
    accessToken = '';
    renewAt = 0;
  }
}

/** Renews the access token. Concurrent calls share one request. */
function renew() {
  renewing ??= refresh().finally(() => (renewing = null));
  return renewing;
}

async function refresh() {
  try {
    const tokens = await request('POST', 'auth/refresh', { cookies: true });
    if (typeof tokens?.accessToken !== 'string') throw new ApiProblem('unexpected'); // not from the API
    accessToken = tokens.accessToken;
    renewAt = Date.now() + tokens.expiresIn * 1000 - MARGIN_MS;
  } catch (error) {
    accessToken = '';
    renewAt = 0;
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'token_invalid') throw new SignedOut(false);
    if (['token_expired', 'session_ended', 'token_reused'].includes(error.code)) throw new SignedOut(true);
    throw error;
  }
}
