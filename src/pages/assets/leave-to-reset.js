// @ts-check

import { addressOf } from './page.js';

/**
 * Opens the page for a new password. The token is passed in the fragment, which browsers do not send
 * to servers, so that it appears neither in logs nor in the Referer header.
 * @param {string} resetToken
 */
export function leaveToReset(resetToken) {
  location.assign(`${addressOf('reset')}#grant=${encodeURIComponent(resetToken)}`);
}
