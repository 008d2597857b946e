// @ts-check

/** Requests that open or renew the session, with a proof by the key of this browser. */

import { ApiProblem, request } from './api.js';
import { findOrCreateKey } from './device-key.js';

/**
 * False if apps may use the session cookie of these pages. Sessions are then not bound: an app of
 * another origin cannot reach the key, and an app of this origin may not support keys.
 */
const isBinding = document.body.dataset.sharesCookie !== 'true';

/**
 * Calls an operation that may open a session. Where possible, the session is bound to the key of this browser.
 * @param {string} operation
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function openSession(operation, body) {
  return send(operation, body, isBinding ? await findOrCreateKey() : null);
}

/**
 * Renews the session of the cookie.
 * @param {import('./device-key.js').DeviceKey | null} key
 * @returns {Promise<any>}
 */
export function renewSession(key) {
  return send('auth/refresh', undefined, key);
}

/**
 * @param {string} operation
 * @param {object | undefined} body
 * @param {import('./device-key.js').DeviceKey | null} key
 * @returns {Promise<any>}
 */
async function send(operation, body, key) {
  try {
    return await request('POST', operation, { body, cookies: true, key });
  } catch (error) {
    // The page was opened at another address than PUBLIC_URL, or the session is bound to another key.
    // A request with a refused proof changes nothing, so it may be repeated without a proof.
    if (!(error instanceof ApiProblem) || error.code !== 'proof_invalid') throw error;
    return request('POST', operation, { body, cookies: true });
  }
}
