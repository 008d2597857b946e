// @ts-check

/** Signing up: the form, then the code from the mail. */

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

/** Says early whether the login ID can be had. Nothing depends on it: the server asks again, and may not tell at all. */
async function checkLoginId() {
  const asked = loginId.value.trim();
  const hint = find('#loginId-hint');
  hint.textContent = text('loginIdHint');
  if (asked === '') return;
  try {
    const { available, reason } = await post('auth/login-id/check', { loginId: asked });
    if (loginId.value.trim() !== asked) return;
    hint.textContent = available
      ? text('loginIdFree')
      : reason === 'invalid'
        ? text('loginIdInvalid')
        : text('loginIdTaken');
  } catch {
    // The form will tell.
  }
}

async function signUp() {
  const name = valueOf('sign-up', 'name').trim();
  const email = requiredValue('sign-up', 'email', text('emailMissing'));
  const answer = await post('auth/sign-up', {
    loginId: requiredValue('sign-up', 'loginId', text('loginIdMissing')),
    email,
    password: requiredValue('sign-up', 'password', text('passwordMissing')),
    ...(name === '' ? {} : { name }),
    locale: document.documentElement.lang,
  });
  signUpId = answer.signUpId;
  rememberSignUp(signUpId);
  endLanguageSwitch(); // a reload would lose the sign-up
  needsAnotherLoginId = false;
  showGroup('newLoginId', false);
  waitFor(answer.resendAfter);
  show('code', { email });
}

async function confirm() {
  const code = requiredValue('code', 'code', text('codeMissing'));
  try {
    await request('POST', 'auth/sign-up/confirm-code', {
      body: {
        signUpId,
        code,
        ...(needsAnotherLoginId ? { loginId: requiredValue('code', 'newLoginId', text('loginIdMissing')) } : {}),
        ...(isLoggingIn ? { transport: 'cookie' } : {}),
      },
      cookies: isLoggingIn,
    }).then((answer) => (isLoggingIn ? undefined : post('auth/logout', undefined, answer.accessToken)));
  } catch (error) {
    throw error instanceof ApiProblem ? betterQuestion(error) : error;
  }
  forgetSignUp();
  clearForm(/** @type {HTMLFormElement} */ (find('[data-form="sign-up"]')));
  if (isLoggingIn) location.replace(addressOf('next'));
  else show('done');
}

/** Asks for what is missing to go on, where the refusal says what that is. @param {ApiProblem} problem */
function betterQuestion(problem) {
  if (problem.code === 'login_id_taken') {
    needsAnotherLoginId = true;
    showGroup('newLoginId', true);
    return new FieldProblem('newLoginId', text('loginIdTakenMeanwhile'));
  }
  if (problem.code === 'origin_not_allowed') return new ApiProblem(problem.code, { detail: text('notAllowedHere') });
  if (problem.code === 'sign_up_invalid') return new ApiProblem(problem.code, { detail: text('startOverNow') });
  // The login ID is asked for under another name here.
  return new ApiProblem(problem.code, {
    detail: problem.detail,
    errors: problem.fields.map((one) => (one.field === 'loginId' ? { ...one, field: 'newLoginId' } : one)),
    retryAfter: problem.retryAfter,
  });
}
