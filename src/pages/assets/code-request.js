// @ts-check

/**
 * The first step of a recovery: asks for the address, has a code mailed to it, and offers to send
 * the mail again.
 */

import { post } from './api.js';
import { onSubmit, requiredValue } from './form.js';
import { endLanguageSwitch } from './link-token.js';
import { show, text } from './page.js';
import { offerResend, waitFor } from './resend.js';

/**
 * Connects the form `start`: it requests a code and opens the state `code`.
 * @param {string} operation the operation that mails the code
 * @returns {{ email: string, requestId: string }} the latest request, updated in place; empty
 * before the first one
 */
export function offerCode(operation) {
  const codeRequest = { email: '', requestId: '' };

  /** @returns {Promise<{ resendAfter: number }>} */
  async function send() {
    const { requestId, resendAfter } = await post(operation, { email: codeRequest.email });
    codeRequest.requestId = requestId;
    return { resendAfter };
  }

  onSubmit('start', async () => {
    codeRequest.email = requiredValue('start', 'email', text('emailMissing'));
    const { resendAfter } = await send();
    waitFor(resendAfter);
    endLanguageSwitch(); // a reload would lose the request
    show('code', { email: codeRequest.email });
  });
  offerResend(send);
  return codeRequest;
}
