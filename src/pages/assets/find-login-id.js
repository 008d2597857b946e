// @ts-check

/** A forgotten login ID: the address, the code from the mail, the login ID. */

import { post } from './api.js';
import { offerCode } from './code-request.js';
import { clearForm, onSubmit, requiredValue, valueOf } from './form.js';
import { addressOf, find, monthName, onAction, show, showGroup, text } from './page.js';

const asked = offerCode('auth/login-id/send-code');
let resetToken = '';

onSubmit('code', confirm);
onAction('start-over', () => show('ready'));
onAction('reset', () => location.assign(`${addressOf('reset')}#grant=${encodeURIComponent(resetToken)}`));
show('ready');

async function confirm() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  const mailFullId = valueOf('code', 'mailFullId') === 'on';
  const found = await post('auth/login-id/confirm-code', { requestId: asked.requestId, code, mailFullId });
  resetToken = found.resetToken ?? '';
  clearForm(/** @type {HTMLFormElement} */ (find('[data-form="code"]')));
  showGroup('mailed', mailFullId);
  showGroup('reset', resetToken !== '' && addressOf('reset') !== '');
  show('found', {
    maskedLoginId: found.maskedLoginId,
    memberSince: text('since', { month: monthName(found.memberSince) }),
  });
}
