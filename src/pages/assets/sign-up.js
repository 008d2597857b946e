// @ts-check

/** The sign-up page: the form, then the code from the mail. */

import { ApiProblem, post, request } from './api.js';
import { FieldProblem, clearForm, onSubmit, requiredValue, valueOf } from './form.js';
import { endLanguageSwitch } from './link-token.js';
import { addressOf, find, onAction, show, showGroup, text } from './page.js';
import { offerResend, waitFor } from './resend.js';
import { forgetSignUp, rememberSignUp } from './sign-up-memory.js';
import { showStrength } from './strength.js';

const loginId = /** @type {HTMLInputElement} */ (find('#loginId'));
const isLoggingIn = addressOf('next') !== '';
let signUpId = '';
let needsAnotherLoginId = false;

showStrength('password', () => ['loginId', 'email', 'name'].map((field) => valueOf('sign-up', field)));
loginId.addEventListener('change', checkLoginId);
onSubmit('sign-up', signUp);
onSubmit('code', confirm);
offerResend(() => post('auth/sign-up/resend', { signUpId }));
onAction('start-over', () => show('ready'));
show('ready');

/**
 * Shows early whether the login ID is available. Only a hint: the server checks again when the form
 * is sent, and this check may be switched off.
 */
async function checkLoginId() {
  const candidate = loginId.value.trim();
  const hint = find('#loginId-hint');
  hint.textContent = text('loginIdHint');
  if (candidate === '') return;
  try {
    const { available, reason } = await post('auth/login-id/check', { loginId: candidate });
    if (loginId.value.trim() !== candidate) return;
    hint.textContent = available
      ? text('loginIdFree')
      : reason === 'invalid'
        ? text('loginIdInvalid')
        : text('loginIdTaken');
  } catch {
    // The server checks the login ID again when the form is sent.
  }
}

async function signUp() {
  const name = valueOf('sign-up', 'name').trim();
  const email = requiredValue('sign-up', 'email', text('emailMissing'));
  const signUpRequest = await post('auth/sign-up', {
    loginId: requiredValue('sign-up', 'loginId', text('loginIdMissing')),
    email,
    password: requiredValue('sign-up', 'password', text('passwordMissing')),
    ...(name === '' ? {} : { name }),
    locale: document.documentElement.lang,
  });
  signUpId = signUpRequest.signUpId;
  rememberSignUp(signUpId);
  endLanguageSwitch(); // a reload would lose the sign-up
  needsAnotherLoginId = false;
  showGroup('newLoginId', false);
  waitFor(signUpRequest.resendAfter);
  show('code', { email });
}

async function confirm() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  try {
    const result = await request('POST', 'auth/sign-up/confirm-code', {
      body: {
        signUpId,
        code,
        ...(needsAnotherLoginId ? { loginId: requiredValue('code', 'newLoginId', text('loginIdMissing')) } : {}),
        ...(isLoggingIn ? { transport: 'cookie' } : {}),
      },
      cookies: isLoggingIn,
    });
    // Without a page to continue with, no app could use the session.
    if (!isLoggingIn) await post('auth/logout', undefined, result.accessToken);
  } catch (error) {
    throw error instanceof ApiProblem ? explainProblem(error) : error;
  }
  forgetSignUp();
  clearForm(/** @type {HTMLFormElement} */ (find('[data-form="sign-up"]')));
  if (isLoggingIn) location.replace(addressOf('next'));
  else show('done');
}

/**
 * Turns an error into one that fits this page, and shows the field that it needs.
 *
 * @param {ApiProblem} problem
 */
function explainProblem(problem) {
  if (problem.code === 'login_id_taken') {
    needsAnotherLoginId = true;
    showGroup('newLoginId', true);
    return new FieldProblem('newLoginId', text('loginIdTakenMeanwhile'));
  }
  if (problem.code === 'origin_not_allowed') return new ApiProblem(problem.code, { detail: text('notAllowedHere') });
  if (problem.code === 'sign_up_invalid') return new ApiProblem(problem.code, { detail: text('startOverNow') });
  // In this form the field for the login ID has another name than in the API.
  return new ApiProblem(problem.code, {
    detail: problem.detail,
    errors: problem.fields.map((entry) => (entry.field === 'loginId' ? { ...entry, field: 'newLoginId' } : entry)),
    retryAfter: problem.retryAfter,
  });
}
