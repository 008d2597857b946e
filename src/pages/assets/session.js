// @ts-check

/**
 * The session of the signed-in member. The refresh token is in a cookie that scripts cannot read.
 * The access token is kept only in the memory of this module, so that no storage holds it and it
 * does not survive a reload.
 */

import { ApiProblem, request } from './api.js';
import { fromBase64url } from './base64url.js';
import { renewSession } from './bound-request.js';
import { findKey } from './device-key.js';
import { text } from './page.js';

/**
 * The access token is renewed this long before it expires, so that it does not expire during a
 * request.
 */
const MARGIN_MS = 15_000;
/** Error codes that concern the access token; all others concern the operation. */
const TOKEN_REFUSALS = ['token_expired', 'token_invalid', 'session_ended'];

let accessToken = '';
/** The member whom this page shows, from the first access token on. */
let memberId = '';
/**
 * The key that the access token is bound to, or null. An app of this origin may have chosen a bound token.
 * @type {import('./device-key.js').DeviceKey | null}
 */
let tokenKey = null;
let renewAt = 0;
/** @type {Promise<void> | null} */
let renewing = null;

/** Thrown if there is no session, or if it has ended. */
export class SignedOut extends Error {
  /**
   * @param {boolean} wasSignedIn true if a session has ended; false if there was none
   * @param {ApiProblem} refusal the answer to the attempt to renew it
   */
  constructor(wasSignedIn, refusal) {
    super('signed out');
    this.wasSignedIn = wasSignedIn;
    this.refusal = refusal;
  }
}

/**
 * Calls an operation as the signed-in member. Throws an ApiProblem or SignedOut.
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} operation
 * @param {object} [body]
 * @param {string} [reason] of an administrator, for the audit log
 * @returns {Promise<any>}
 */
export async function call(method, operation, body, reason) {
  if (Date.now() > renewAt) await renew();
  try {
    return await request(method, operation, { body, bearer: accessToken, key: tokenKey, reason });
  } catch (error) {
    if (!(error instanceof ApiProblem) || !TOKEN_REFUSALS.includes(error.code)) throw error;
    // The token may have expired while the computer slept, or the session may have ended. Renewing
    // shows which.
    await renew();
    return request(method, operation, { body, bearer: accessToken, key: tokenKey, reason });
  }
}

/**
 * Ends the session. A session that has already ended is not an error. Throws an ApiProblem if the
 * request fails, or if the session is bound to a key that this page does not have, such as an app's.
 */
export async function logOut() {
  try {
    await call('POST', 'auth/logout');
  } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
    if (error.refusal.code === 'proof_required')
      throw new ApiProblem('proof_required', { detail: text('logOutElsewhere') });
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
    const key = await findKey();
    const tokens = await renewSession(key);
    if (typeof tokens?.accessToken !== 'string') throw new ApiProblem('unexpected'); // not from the API
    await keepMember(subjectOf(tokens.accessToken));
    accessToken = tokens.accessToken;
    tokenKey = tokens.tokenType === 'DPoP' ? key : null;
    renewAt = Date.now() + tokens.expiresIn * 1000 - MARGIN_MS;
  } catch (error) {
    accessToken = '';
    renewAt = 0;
    if (!(error instanceof ApiProblem)) throw error;
    // `proof_required`: the session in the cookie is bound to a key that this page does not have.
    if (['token_invalid', 'proof_required'].includes(error.code)) throw new SignedOut(false, error);
    if (['token_expired', 'session_ended', 'token_reused'].includes(error.code)) throw new SignedOut(true, error);
    throw error;
  }
}

/**
 * Loads the page again if another member has logged in, in another tab. What the page shows, and what
 * is typed in it, concern the earlier member, so no request goes on.
 * @param {string} subject
 */
async function keepMember(subject) {
  if (memberId !== '' && memberId !== subject) {
    location.reload();
    await new Promise(() => {}); // until the page is gone
  }
  memberId = subject;
}

/**
 * The member of an access token (RFC 7519 section 4.1.2).
 * @param {string} token
 * @returns {string}
 */
function subjectOf(token) {
  return JSON.parse(new TextDecoder().decode(fromBase64url(token.split('.')[1] ?? ''))).sub;
}
