// @ts-check

/** Requests that open or renew the session, with a proof by the key of this browser. */

import { ApiProblem, request } from './api.js';
import { findOrCreateKey } from './device-key.js';

/**
 * Apps that use the cookie of the session may be on another origin, where they cannot reach the key,
 * or know nothing of keys. Where there may be some, the pages open sessions that are not bound.
 */
const isBinding = document.body.dataset.sharesCookie !== 'true';

/**
 * Calls an operation that may open a session, which is then bound to the key of this browser.
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
    // The page was opened by another address than PUBLIC_URL, or the session has no key or another
    // one. A refused proof has changed nothing, so that the request may be repeated.
    if (!(error instanceof ApiProblem) || error.code !== 'proof_invalid') throw error;
    return request('POST', operation, { body, cookies: true });
  }
}
