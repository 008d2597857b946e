// @ts-check

/** The page of the link in a sign-up mail. Opening it changes nothing; only its two buttons do. */

import { ApiProblem, post, toProblem } from './api.js';
import { ConsentFields } from './consent-fields.js';
import { onSubmit, requiredValues } from './form.js';
import { FieldProblem, reasonOf } from './form-problems.js';
import { isLinkRefused, takeLinkToken } from './link-token.js';
import { announce, find, localTime, onAction, show, showDescribed, showGroup, text } from './page.js';
import { visitorCanOnlyReturn, returnTo } from './return-to.js';
import { rememberedSignUp } from './sign-up-memory.js';
import { confirmSignUp } from './sign-up-session.js';

const token = takeLinkToken();
const password = /** @type {HTMLInputElement} */ (find('#password'));
const loginId = /** @type {HTMLInputElement} */ (find('#loginId'));

/** Null if another browser signed up. The member then has to enter the password. */
let signUpId = rememberedSignUp();
let needsAnotherLoginId = false;
/** False if the sign-up began with a login at a provider: then no other browser can confirm it by the link. */
let hasPassword = true;
/** The boxes of documents that have come into force since the sign-up. */
const consents = new ConsentFields('confirm');

if (token === null) {
  show('missing');
} else {
  onAction('look-up', lookUp);
  onAction('ask-discard', () => show('discard'));
  onAction('keep', () => show(canConfirm() ? 'ready' : 'elsewhere'));
  onSubmit('confirm', confirm);
  onSubmit('discard', discard);
  void lookUp();
}

/** Shows which sign-up the link belongs to. Changes nothing. */
async function lookUp() {
  announce(text('loading'));
  try {
    const signUp = await post('auth/sign-up/inspect-link', { token });
    hasPassword = signUp.hasPassword;
    if (!canConfirm()) return show('elsewhere');
    showGroup('password', signUpId === null);
    loginId.value = signUp.loginId; // password managers store the password under this value, even if the field is hidden
    showDescribed('ready', () => ({
      loginId: signUp.loginId,
      requestedAt: localTime(signUp.requestedAt),
      expiresAt: localTime(signUp.expiresAt),
    }));
  } catch (error) {
    const problem = toProblem(error);
    if (!endIfFinal(problem)) show('offline', { reason: reasonOf(problem) });
  }
}

const canConfirm = () => signUpId !== null || hasPassword;

async function confirm() {
  const { loginId: otherLoginId } = requiredValues('confirm', {
    ...(needsAnotherLoginId ? { loginId: text('newLoginIdMissing') } : {}),
    ...(signUpId === null ? { password: text('signUpPasswordMissing') } : {}),
  });
  const body = {
    token,
    ...(signUpId === null ? { password: password.value } : { signUpId }),
    ...(needsAnotherLoginId ? { loginId: otherLoginId } : {}),
  };
  try {
    await consents.send((ticked) => confirmSignUp('auth/sign-up/confirm-link', { ...body, ...ticked }));
    // Without a configured page to continue with, the page has no button for it.
    if (visitorCanOnlyReturn) location.replace(returnTo);
    else end('confirmed');
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const fieldProblem = askForMissingField(error);
    if (!canConfirm()) return show('elsewhere');
    if (fieldProblem === undefined && endIfFinal(error)) return;
    throw fieldProblem ?? error;
  }
}

async function discard() {
  try {
    await post('auth/sign-up/discard', { token });
    end('discarded');
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endIfFinal(error)) throw error;
  }
}

/**
 * Shows the field that the member has to fill in after an error. Returns the problem of this field,
 * or undefined if no field can help.
 * @param {ApiProblem} problem
 */
function askForMissingField(problem) {
  if (problem.code === 'login_id_taken') {
    needsAnotherLoginId = true;
    showGroup('loginId', true);
    return new FieldProblem('loginId', text('newLoginIdTaken'));
  }
  if (signUpId !== null && mayBeWrongSignUpId(problem)) {
    signUpId = null;
    showGroup('password', true);
    return new FieldProblem('password', text('signUpPasswordMissing'));
  }
  if (problem.code === 'invalid_credentials') return new FieldProblem('password', text('passwordWrong'));
  return undefined;
}

/**
 * Whether the remembered sign-up id may be the cause of a problem: it may belong to an older sign-up
 * in this browser. The page then asks for the password instead.
 * @param {ApiProblem} problem
 */
function mayBeWrongSignUpId(problem) {
  return (
    ['sign_up_invalid', 'invalid_credentials', 'link_invalid'].includes(problem.code) ||
    problem.fields.some(({ field }) => field === 'signUpId')
  );
}

/**
 * Shows the final state if the link can no longer work. Returns false if another try may succeed.
 * @param {ApiProblem} problem
 */
function endIfFinal(problem) {
  if (problem.code === 'already_confirmed') {
    end('already');
    return true;
  }
  if (isLinkRefused(problem) || ['sign_up_invalid', 'email_taken'].includes(problem.code)) {
    end('broken', { reason: problem.code === 'validation_failed' ? text('linkInvalid') : reasonOf(problem) });
    return true;
  }
  return false;
}

/** @param {string} state @param {Record<string, string>} [fills] */
function end(state, fills) {
  password.value = '';
  show(state, fills);
}
