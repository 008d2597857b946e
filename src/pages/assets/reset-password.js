// @ts-check

/** The page behind the link of a reset mail. The link is spent when the form is sent, not when the page is opened. */

import { ApiProblem, post } from './api.js';
import { FieldProblem, onSubmit, reasonOf } from './form.js';
import { carryTokenToOtherLanguages, endLanguageSwitch, isLinkRefused, takeLinkToken } from './link-token.js';
import { find, show, showGroup, text } from './page.js';

const token = takeLinkToken();
const newPassword = /** @type {HTMLInputElement} */ (find('#newPassword'));

/**
 * What the spent link was exchanged for. Kept in memory, so that a refused password can be followed by a better one.
 * @type {{ resetToken: string, maskedLoginId?: string } | null}
 */
let grant = null;

if (token === null) {
  show('missing');
} else {
  carryTokenToOtherLanguages(token);
  onSubmit('reset', reset);
  show('ready');
}

async function reset() {
  if (newPassword.value === '') throw new FieldProblem('newPassword', text('newPasswordMissing'));
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
 * Shows the last state for a link that is of no more use; false if a further try makes sense.
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
  endLanguageSwitch();
  show(state, fills);
}
