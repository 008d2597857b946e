// @ts-check

/**
 * Remembers the sign-up of this browser, so that the page of the mailed link need not ask for the
 * password.
 */

import { forget, recall, remember } from './local-memory.js';

/** The key in local storage. Apps on the same origin may use it, too. */
const KEY = 'munjigi.signUpId';

/** Returns the remembered sign-up id, or null. */
export function rememberedSignUp() {
  return recall(KEY);
}

/**
 * Remembers the sign-up id. It is safe to store, because it is useless without access to the
 * mailbox.
 *
 * @param {string} signUpId
 */
export function rememberSignUp(signUpId) {
  remember(KEY, signUpId);
}

export function forgetSignUp() {
  forget(KEY);
}
