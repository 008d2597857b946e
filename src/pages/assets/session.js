// @ts-check

/**
 * The session of whoever is logged in to this browser. The refresh token is in a cookie that no script can read; the
 * access token is kept in memory alone, so that a reload, or a script from elsewhere, finds nothing.
 */

import { ApiProblem, request } from './api.js';

/** Renewed this long before its end, so that it does not run out on the way. */
const MARGIN_MS = 15_000;
/** Refusals of the access token itself; anything else is about what was asked for. */
const TOKEN_REFUSALS = ['token_expired', 'token_invalid', 'session_ended'];

let accessToken = '';
let renewAt = 0;
/** @type {Promise<void> | null} */
let renewing = null;

/** Thrown when nobody is logged in (any more). */
export class SignedOut extends Error {
  /** @param {boolean} wasSignedIn whether there was a session that has ended */
  constructor(wasSignedIn) {
    super('signed out');
    this.wasSignedIn = wasSignedIn;
  }
}

/**
 * Calls an operation as whoever is logged in. Throws an ApiProblem, or SignedOut.
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
    // It may have run out while the computer slept, or the session may be over: the refresh token tells.
    await renew();
    return request(method, operation, { body, bearer: accessToken });
  }
}

/**
 * The same for an operation that needs the password to have been given lately: it is given once more, if need be.
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

/** Ends the session; one that is over already is as good. */
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

/** One at a time: whoever needs a token meanwhile waits for the same one. */
function renew() {
  renewing ??= refresh().finally(() => (renewing = null));
  return renewing;
}

async function refresh() {
  try {
    const answer = await request('POST', 'auth/refresh', { cookies: true });
    accessToken = answer.accessToken;
    renewAt = Date.now() + answer.expiresIn * 1000 - MARGIN_MS;
  } catch (error) {
    accessToken = '';
    renewAt = 0;
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'token_invalid') throw new SignedOut(false);
    if (['token_expired', 'session_ended', 'token_reused'].includes(error.code)) throw new SignedOut(true);
    throw error;
  }
}
