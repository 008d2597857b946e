// @ts-check

/**
 * Resets a forgotten password: asks for the address, then for the mailed code, then for the new
 * password. Opened with a mailed link, or with a reset token from another page, it starts at the
 * last step. The link is used when the form is sent, not when the page is opened.
 */

import { ApiProblem, post } from './api.js';
import { offerCode } from './code-request.js';
import { resumeCode, startOver } from './code-step.js';
import { onSubmit, requiredValue } from './form.js';
import { isLinkRefused, takeLinkToken, takeSecret } from './link-token.js';
import { announce, find, onAction, show, showDescribed, showGroup, text } from './page.js';
import { forgetStep } from './step-memory.js';
import { showStrength } from './strength.js';

const newPassword = /** @type {HTMLInputElement} */ (find('#newPassword'));
const codeRequest = offerCode('auth/password-reset/send-code');
let token = takeLinkToken();

/**
 * The reset token, which allows to set the password. It is kept in memory, so that the member can
 * try again if the server refuses the password.
 * @type {{ resetToken: string, maskedLoginId?: string } | null}
 */
let grant = null;

const resetToken = takeSecret('grant');
if (resetToken !== null) grant = { resetToken };

showStrength('newPassword', () => [codeRequest.email]);
onSubmit('code', confirmCode);
onSubmit('reset', reset);
onAction('start-over', () => startOver('start'));
if (token !== null) void lookUp();
else if (grant !== null) show('ready');
else if (!resumeCode(codeRequest)) show('start');

/**
 * Reports a dead link before a password is chosen. If the inspection fails for another reason, the
 * form is shown, and the server decides when it is sent.
 */
async function lookUp() {
  announce(text('loading'));
  try {
    const { maskedLoginId } = await post('auth/password-reset/inspect-link', { token });
    showGroup('account', true);
    show('ready', { maskedLoginId });
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endIfFinal(error)) show('ready');
  }
}

async function confirmCode() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  grant = await post('auth/password-reset/confirm-code', { requestId: codeRequest.id, code });
  forgetStep(); // the code is used up
  show('ready');
}

async function reset() {
  requiredValue('reset', 'newPassword', text('newPasswordMissing'));
  try {
    if (grant === null) {
      grant = await post('auth/password-reset/confirm-link', { token });
    }
    await post('auth/password-reset', { newPassword: newPassword.value }, grant?.resetToken);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endIfFinal(error)) throw error;
    return;
  }
  const loginId = grant?.maskedLoginId ?? '';
  forgetSecrets();
  show('done', { loginId });
  showGroup('loginId', loginId !== '');
}

/**
 * Shows the final state if the link or the token can no longer work. Returns false if another try
 * may succeed.
 * @param {ApiProblem} problem
 */
function endIfFinal(problem) {
  if (['token_expired', 'token_invalid'].includes(problem.code)) {
    endBroken('timeOver');
    return true;
  }
  if (isLinkRefused(problem)) {
    endBroken(problem.code === 'link_expired' ? 'linkExpired' : 'linkInvalid');
    return true;
  }
  return false;
}

/** @param {string} key of the text for the reason */
function endBroken(key) {
  forgetSecrets();
  showDescribed('broken', () => ({ reason: text(key) }));
}

function forgetSecrets() {
  newPassword.value = '';
  grant = null;
  token = null;
}
