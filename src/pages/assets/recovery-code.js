// @ts-check

/**
 * The code form after an account was secured: takes the code from the mail that the button has
 * caused, and opens the page for a new password.
 */

import { post } from './api.js';
import { onSubmit, requiredValue } from './form.js';
import { leaveToReset } from './leave-to-reset.js';
import { addressOf, showGroup, text } from './page.js';

/**
 * Shows the form. Without the built-in page for a new password, the mailed link is the way.
 * @param {string} linkToken of the used link; the server accepts it as the id of the request
 */
export function offerRecoveryCode(linkToken) {
  const hasPage = addressOf('reset') !== '';
  showGroup('recoveryCode', hasPage);
  if (!hasPage) return;
  onSubmit('code', async () => {
    const code = requiredValue('code', 'code', text('codeMissing'));
    const { resetToken } = await post('auth/password-reset/confirm-code', { requestId: linkToken, code });
    leaveToReset(resetToken);
  });
}
