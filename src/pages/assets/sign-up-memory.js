// @ts-check

/** Remembers that a sign-up was begun in this browser, so that the link in its mail need not ask for the password. */

/** Where an app that shares our origin may keep the handle of a sign-up as well. */
const KEY = 'munjigi.signUpId';

/** Storage may be switched off; then the password is asked for. */
export function rememberedSignUp() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} signUpId opens nothing without the mailbox */
export function rememberSignUp(signUpId) {
  try {
    localStorage.setItem(KEY, signUpId);
  } catch {
    // The link will ask for the password.
  }
}

export function forgetSignUp() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was stored.
  }
}
