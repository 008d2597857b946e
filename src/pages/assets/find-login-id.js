// @ts-check

/**
 * Recovers a forgotten login ID: asks for the address, then for the mailed code, then shows the
 * login ID.
 */

import { post } from './api.js';
import { offerCode } from './code-request.js';
import { clearForm, onSubmit, requiredValue, valueOf } from './form.js';
import { addressOf, find, monthName, onAction, show, showGroup, text } from './page.js';

const codeRequest = offerCode('auth/login-id/send-code');
let resetToken = '';

onSubmit('code', confirm);
onAction('start-over', () => show('ready'));
onAction('reset', () => location.assign(`${addressOf('reset')}#grant=${encodeURIComponent(resetToken)}`));
show('ready');

async function confirm() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  const mailFullId = valueOf('code', 'mailFullId') === 'on';
  const result = await post('auth/login-id/confirm-code', { requestId: codeRequest.requestId, code, mailFullId });
  resetToken = result.resetToken ?? '';
  clearForm(/** @type {HTMLFormElement} */ (find('[data-form="code"]')));
  showGroup('mailed', mailFullId);
  showGroup('reset', resetToken !== '' && addressOf('reset') !== '');
  show('found', {
    maskedLoginId: result.maskedLoginId,
    memberSince: text('since', { month: monthName(result.memberSince) }),
  });
}
