// @ts-check

/**
 * The first step of a recovery: asks for the address, has a code mailed to it, and offers to send
 * the mail again.
 */

import { post } from './api.js';
import { onSubmit, requiredValue } from './form.js';
import { show, text } from './page.js';
import { offerResend, showStep } from './resend.js';
import { rememberReturn } from './return-to.js';
import { rememberStep } from './step-memory.js';

/**
 * Connects the form `start`: it requests a code and opens the state `code`.
 * @param {string} operation the operation that mails the code
 * @returns {{ email: string, id: string }} the latest request, updated in place; empty before the
 * first one
 */
export function offerCode(operation) {
  const codeRequest = { email: '', id: '' };

  async function send() {
    const { requestId, resendAfter } = await post(operation, { email: codeRequest.email });
    codeRequest.id = requestId;
    return rememberStep(codeRequest, resendAfter);
  }

  onSubmit('start', async () => {
    codeRequest.email = requiredValue('start', 'email', text('emailMissing'));
    showStep(await send());
    rememberReturn();
    show('code', { email: codeRequest.email });
  });
  offerResend(send);
  return codeRequest;
}
