// @ts-check

/** A forgotten login ID: the address, the code from the mail, the login ID. */

import { ApiProblem, post } from './api.js';
import { FieldProblem, clearForm, onSubmit, requiredValue, valueOf } from './form.js';
import { endLanguageSwitch } from './link-token.js';
import { addressOf, find, monthName, onAction, show, showGroup, text } from './page.js';
import { offerResend, waitFor } from './resend.js';

let email = '';
let requestId = '';
let resetToken = '';

onSubmit('start', start);
onSubmit('code', confirm);
offerResend(sendCode);
onAction('start-over', () => show('ready'));
onAction('reset', () => location.assign(`${addressOf('reset')}#grant=${encodeURIComponent(resetToken)}`));
show('ready');

async function start() {
  email = requiredValue('start', 'email', text('emailMissing'));
  const { resendAfter } = await sendCode();
  waitFor(resendAfter);
  endLanguageSwitch(); // a reload would lose the request
  show('code', { email });
}

/** @returns {Promise<{ resendAfter: number }>} */
async function sendCode() {
  const answer = await post('auth/login-id/send-code', { email });
  requestId = answer.requestId;
  return answer;
}

async function confirm() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  const mailFullId = valueOf('code', 'mailFullId') === 'on';
  try {
    const found = await post('auth/login-id/confirm-code', { requestId, code, mailFullId });
    resetToken = found.resetToken ?? '';
    clearForm(/** @type {HTMLFormElement} */ (find('[data-form="code"]')));
    showGroup('mailed', mailFullId);
    showGroup('reset', resetToken !== '' && addressOf('reset') !== '');
    show('found', {
      maskedLoginId: found.maskedLoginId,
      memberSince: text('since', { month: monthName(found.memberSince) }),
    });
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'code_invalid') throw new FieldProblem('code', error.detail);
    throw error;
  }
}
