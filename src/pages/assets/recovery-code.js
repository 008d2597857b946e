// @ts-check

/**
 * The form for the code that is mailed when the member has secured the account with a mailed link.
 * The code opens the page for a new password.
 */

import { post } from './api.js';
import { onSubmit, requiredValue } from './form.js';
import { leaveToReset } from './leave-to-reset.js';
import { addressOf, showGroup, text } from './page.js';

/**
 * Shows the form. Without the built-in page for a new password there is no form, only the link in the mail.
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
