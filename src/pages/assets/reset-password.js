// @ts-check

/**
 * A forgotten password, from the address to the new password. Who comes by the mailed link, or with a token that
 * another page has got for them, begins further on. The link is spent when the form is sent, not when the page is opened.
 */

import { ApiProblem, post } from './api.js';
import { offerCode } from './code-request.js';
import { onSubmit, reasonOf, requiredValue } from './form.js';
import {
  carryTokenToOtherLanguages,
  endLanguageSwitch,
  isLinkRefused,
  takeLinkToken,
  takeSecret,
} from './link-token.js';
import { find, onAction, show, showGroup, text } from './page.js';
import { showStrength } from './strength.js';

const newPassword = /** @type {HTMLInputElement} */ (find('#newPassword'));
const asked = offerCode('auth/password-reset/send-code');
let token = takeLinkToken();

/**
 * What allows to set the password. Kept in memory, so that a refused password can be followed by a better one.
 * @type {{ resetToken: string, maskedLoginId?: string } | null}
 */
let grant = null;

const granted = takeSecret('grant');
if (granted !== null) {
  grant = { resetToken: granted };
  carryTokenToOtherLanguages(granted, 'grant');
} else if (token !== null) carryTokenToOtherLanguages(token);

showStrength('newPassword', () => [asked.email]);
onSubmit('code', confirmCode);
onSubmit('reset', reset);
onAction('start-over', () => show('start'));
show(token === null && grant === null ? 'start' : 'ready');

async function confirmCode() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  grant = await post('auth/password-reset/confirm-code', { requestId: asked.requestId, code });
  show('ready');
}

async function reset() {
  requiredValue('reset', 'newPassword', text('newPasswordMissing'));
  try {
    if (grant === null) {
      grant = await post('auth/password-reset/confirm-link', { token });
      endLanguageSwitch();
    }
    await post('auth/password-reset', { newPassword: newPassword.value }, grant?.resetToken);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endWith(error)) throw error;
    return;
  }
  const loginId = grant?.maskedLoginId ?? '';
  end('done', { loginId });
  showGroup('loginId', loginId !== '');
}

/**
 * Shows the last state for a proof that is of no more use; false if a further try makes sense.
 * @param {ApiProblem} problem
 */
function endWith(problem) {
  if (['token_expired', 'token_invalid'].includes(problem.code)) {
    end('broken', { reason: text('timeOver') });
    return true;
  }
  if (isLinkRefused(problem)) {
    end('broken', { reason: reasonOf(problem) });
    return true;
  }
  return false;
}

/** @param {string} state @param {Record<string, string>} fills */
function end(state, fills) {
  newPassword.value = '';
  grant = null;
  token = null;
  endLanguageSwitch();
  show(state, fills);
}
