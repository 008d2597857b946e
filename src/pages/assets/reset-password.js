// @ts-check

/**
 * Resets a forgotten password: asks for the address, then for the mailed code, then for the new
 * password. Opened with a mailed link, or with a reset token from another page, it starts at the
 * last step. The link is used when the form is sent, not when the page is opened.
 */

import { ApiProblem, post, toProblem } from './api.js';
import { offerCode } from './code-request.js';
import { resumeCode, startOver } from './code-step.js';
import { onSubmit, requiredValue } from './form.js';
import { isLinkRefused, takeLinkToken, takeSecret } from './link-token.js';
import { announce, find, onAction, show, showDescribed, showGroup, text } from './page.js';
import { forgetStep } from './step-memory.js';
import { showStrength } from './strength.js';

/** Problems after which the server may have set the password all the same. */
const UNDECIDED = ['network', 'unexpected', 'service_unavailable', 'internal_error'];

const newPassword = /** @type {HTMLInputElement} */ (find('#newPassword'));
const codeRequest = offerCode('auth/password-reset/send-code');
let token = takeLinkToken();

/**
 * The reset token, which allows to set the password. It is kept in memory, so that the member can
 * try again if the server refuses the password. `mayBeUsed`: the answer to an earlier try was lost.
 * @typedef {{ resetToken: string, maskedLoginId?: string, mayBeUsed?: boolean }} Grant
 */
/** @type {Grant | null} */
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
  /** @type {Grant} */
  let used;
  try {
    used = grant ??= await post('auth/password-reset/confirm-link', { token });
    await setPassword(used);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endIfFinal(error)) throw error;
    return;
  }
  const loginId = used.maskedLoginId ?? '';
  forgetSecrets();
  show('done', { loginId });
  showGroup('loginId', loginId !== '');
}

/** The server may have set the password where its answer is lost. @param {Grant} sent */
async function setPassword(sent) {
  try {
    await post('auth/password-reset', { newPassword: newPassword.value }, sent.resetToken);
  } catch (error) {
    if (UNDECIDED.includes(toProblem(error).code)) sent.mayBeUsed = true;
    throw error;
  }
}

/**
 * Shows the final state if the link or the token can no longer work. Returns false if another try
 * may succeed.
 * @param {ApiProblem} problem
 */
function endIfFinal(problem) {
  const { code } = problem;
  if (code === 'token_expired' || code === 'token_invalid') {
    if (grant?.mayBeUsed) endUnsure();
    else if (code === 'token_expired') endBroken('timeOver', 'notChanged');
    else endBroken('requestInvalid', 'mayBeChanged');
    return true;
  }
  if (isLinkRefused(problem)) {
    if (code === 'link_expired') endBroken('linkExpired', 'notChanged');
    else endBroken('linkInvalid', 'mayBeChanged');
    return true;
  }
  return false;
}

/** The new password may be set: an earlier try used the token, and its answer was lost. */
function endUnsure() {
  forgetSecrets();
  show('unsure');
}

/** @param {string} reason a key of a text @param {'notChanged' | 'mayBeChanged'} outcome */
function endBroken(reason, outcome) {
  forgetSecrets();
  showDescribed('broken', () => ({ reason: text(reason), outcome: text(outcome) }));
}

function forgetSecrets() {
  newPassword.value = '';
  grant = null;
  token = null;
}
