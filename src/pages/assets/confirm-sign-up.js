// @ts-check

/** The page behind the link of a sign-up mail. Opening it changes nothing; only the two buttons do. */

import { ApiProblem, post, request } from './api.js';
import { FieldProblem, onSubmit, reasonOf } from './form.js';
import { carryTokenToOtherLanguages, endLanguageSwitch, isLinkRefused, takeLinkToken } from './link-token.js';
import { addressOf, announce, find, localTime, onAction, show, showGroup, text } from './page.js';
import { forgetSignUp, rememberedSignUp } from './sign-up-memory.js';

const token = takeLinkToken();
const password = /** @type {HTMLInputElement} */ (find('#password'));
const loginId = /** @type {HTMLInputElement} */ (find('#loginId'));

/** The same browser that signed up need not repeat the password. */
let signUpId = rememberedSignUp();
let needsAnotherLoginId = false;
/** Confirming logs in, where there is something to go on to. */
const isLoggingIn = addressOf('next') !== '';

if (token === null) {
  show('missing');
} else {
  carryTokenToOtherLanguages(token);
  onAction('look-up', lookUp);
  onAction('ask-discard', () => show('discard'));
  onAction('keep', () => show('ready'));
  onSubmit('confirm', confirm);
  onSubmit('discard', discard);
  void lookUp();
}

/** Asks what the link is for; this changes nothing. */
async function lookUp() {
  announce(text('loading'));
  try {
    const claim = await post('auth/sign-up/inspect-link', { token });
    showGroup('password', signUpId === null);
    loginId.value = claim.loginId; // a password manager files the password under it, even while it cannot be seen
    show('ready', {
      loginId: claim.loginId,
      requestedAt: localTime(claim.requestedAt),
      expiresAt: localTime(claim.expiresAt),
    });
  } catch (error) {
    const problem = error instanceof ApiProblem ? error : new ApiProblem('unexpected');
    if (!endWith(problem)) show('offline', { reason: reasonOf(problem) });
  }
}

async function confirm() {
  if (needsAnotherLoginId && loginId.value.trim() === '') throw new FieldProblem('loginId', text('newLoginIdMissing'));
  if (signUpId === null && password.value === '') throw new FieldProblem('password', text('signUpPasswordMissing'));
  try {
    await request('POST', 'auth/sign-up/confirm-link', {
      body: {
        token,
        ...(signUpId === null ? { password: password.value } : { signUpId }),
        ...(needsAnotherLoginId ? { loginId: loginId.value.trim() } : {}),
        ...(isLoggingIn ? { transport: 'cookie' } : {}),
      },
      cookies: isLoggingIn,
    }).then((answer) => (isLoggingIn ? undefined : endSession(answer)));
    end('confirmed');
    forgetSignUp();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const question = betterQuestion(error);
    if (question === undefined && endWith(error)) return;
    throw question ?? error;
  }
}

async function discard() {
  try {
    await post('auth/sign-up/discard', { token });
    end('discarded');
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endWith(error)) throw error;
  }
}

/**
 * Asks for what is missing to go on, where the refusal says what that is.
 * @param {ApiProblem} problem
 */
function betterQuestion(problem) {
  if (problem.code === 'login_id_taken') {
    needsAnotherLoginId = true;
    showGroup('loginId', true);
    return new FieldProblem('loginId', text('newLoginIdTaken'));
  }
  if (signUpId !== null && isHandleRefused(problem)) {
    signUpId = null;
    showGroup('password', true);
    return new FieldProblem('password', text('signUpPasswordMissing'));
  }
  if (problem.code === 'invalid_credentials') return new FieldProblem('password', text('passwordWrong'));
  return undefined;
}

/**
 * Whether the remembered handle may be to blame: it may belong to an older sign-up in the same browser. That can look
 * like a bad link; the password will tell.
 * @param {ApiProblem} problem
 */
function isHandleRefused(problem) {
  return (
    ['sign_up_invalid', 'invalid_credentials', 'link_invalid'].includes(problem.code) ||
    problem.fields.some(({ field }) => field === 'signUpId')
  );
}

/**
 * Shows the last state for a link that is of no more use; false if it may still be.
 * @param {ApiProblem} problem
 */
function endWith(problem) {
  if (problem.code === 'already_confirmed') {
    end('already');
    return true;
  }
  if (isLinkRefused(problem) || ['sign_up_invalid', 'email_taken'].includes(problem.code)) {
    end('broken', { reason: reasonOf(problem) });
    return true;
  }
  return false;
}

/** @param {string} state @param {Record<string, string>} [fills] */
function end(state, fills) {
  password.value = '';
  endLanguageSwitch();
  show(state, fills);
}

/**
 * Without an account page or an app to go on to, the session is of no use: no app can reach into this page. What nobody
 * holds is ended rather than left lying about. Nothing depends on it, so a failure is not shown.
 * @param {{ accessToken?: string } | undefined} answer
 */
function endSession(answer) {
  if (answer?.accessToken) post('auth/logout', undefined, answer.accessToken).catch(() => {});
}
