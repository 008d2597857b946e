// @ts-check

/**
 * Recovers a forgotten login ID: asks for the address, then for the mailed code, then shows the
 * login ID.
 */

import { post } from './api.js';
import { offerCode } from './code-request.js';
import { resumeCode, startOver } from './code-step.js';
import { clearForm, formOf, onSubmit, requiredValue, valueOf } from './form.js';
import { onLanguageChange } from './language.js';
import { leaveToReset } from './leave-to-reset.js';
import { addressOf, fill, monthName, onAction, show, showGroup, text } from './page.js';
import { forgetStep } from './step-memory.js';

const codeRequest = offerCode('auth/login-id/send-code');
let resetToken = '';
/** Such as 2026-11; empty before the login ID is found. */
let memberSince = '';

onSubmit('code', confirm);
onAction('start-over', () => startOver('ready'));
onAction('reset', () => leaveToReset(resetToken));
onLanguageChange(showMonth);
if (!resumeCode(codeRequest)) show('ready');

async function confirm() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  const mailFullId = valueOf('code', 'mailFullId') === 'on';
  const result = await post('auth/login-id/confirm-code', { requestId: codeRequest.id, code, mailFullId });
  forgetStep(); // the code is used up
  resetToken = result.resetToken ?? '';
  ({ memberSince } = result);
  clearForm(formOf('code'));
  showGroup('mailed', mailFullId);
  showGroup('reset', resetToken !== '' && addressOf('reset') !== '');
  showMonth();
  show('found', { maskedLoginId: result.maskedLoginId });
}

function showMonth() {
  if (memberSince !== '') fill(document, { memberSince: text('since', { month: monthName(memberSince) }) });
}
