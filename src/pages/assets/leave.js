// @ts-check

/** Leads to the login page, or back to the app. */

import { addressOf, show } from './page.js';
import { returnTo } from './return-to.js';

/** Leads back to the app that the visitor came from, else to the login page with a notice. */
export function leaveAfterLogout() {
  if (returnTo === '') leaveToLogin('logged-out');
  else location.replace(returnTo);
}

/**
 * Leads to the login page, or shows that the visitor is not logged in if there is none.
 * @param {'logged-out' | 'ended' | ''} reason
 */
export function leaveToLogin(reason) {
  const login = addressOf('login');
  if (login === '') show('signed-out');
  // Only the built-in login page knows the fragment; an operator's own page gets none.
  else location.replace(reason === '' || !login.startsWith('login?') ? login : `${login}#because=${reason}`);
}
