// @ts-check

/** The beginning of a recovery: the address, a mail with a code, and the mail again. */

import { post } from './api.js';
import { onSubmit, requiredValue } from './form.js';
import { endLanguageSwitch } from './link-token.js';
import { show, text } from './page.js';
import { offerResend, waitFor } from './resend.js';

/**
 * Asks for a code by the form `start`, and goes on to the state `code`.
 * @param {string} operation that mails it
 * @returns {{ email: string, requestId: string }} what was asked for last; empty until then
 */
export function offerCode(operation) {
  const asked = { email: '', requestId: '' };

  /** @returns {Promise<{ resendAfter: number }>} */
  async function send() {
    const answer = await post(operation, { email: asked.email });
    asked.requestId = answer.requestId;
    return answer;
  }

  onSubmit('start', async () => {
    asked.email = requiredValue('start', 'email', text('emailMissing'));
    const { resendAfter } = await send();
    waitFor(resendAfter);
    endLanguageSwitch(); // a reload would lose the request
    show('code', { email: asked.email });
  });
  offerResend(send);
  return asked;
}
