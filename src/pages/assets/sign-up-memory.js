// @ts-check

/**
 * Remembers the sign-up of this browser, so that the page of the mailed link need not ask for the
 * password.
 */

/** The key in local storage. Apps on the same origin may use it, too. */
const KEY = 'munjigi.signUpId';

/**
 * Returns the remembered sign-up id. Null if there is none or if storage is disabled; the page then
 * asks for the password.
 */
export function rememberedSignUp() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * Remembers the sign-up id. It is safe to store, because it is useless without access to the
 * mailbox.
 *
 * @param {string} signUpId
 */
export function rememberSignUp(signUpId) {
  try {
    localStorage.setItem(KEY, signUpId);
  } catch {
    // Storage is disabled: the page of the link will ask for the password.
  }
}

export function forgetSignUp() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was stored.
  }
}
