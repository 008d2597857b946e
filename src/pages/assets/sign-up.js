// @ts-check

/** The sign-up page: the form, then the code from the mail. */

import { ApiProblem, post } from './api.js';
import { openSession } from './bound-request.js';
import { clearForm, onSubmit, readFields, requiredValues, valueOf } from './form.js';
import { FieldProblem, FieldProblems, showFieldError } from './form-problems.js';
import { onLanguageChange } from './language.js';
import { loginIdProblem } from './login-id.js';
import { addressOf, find, onAction, show, showGroup, text } from './page.js';
import { offerResend, showStep } from './resend.js';
import { forgetReturn, rememberReturn } from './return-to.js';
import { forgetSignUp, rememberSignUp, rememberedSignUp } from './sign-up-memory.js';
import { watchSignUp } from './sign-up-watch.js';
import { forgetStep, rememberStep, rememberedStep } from './step-memory.js';
import { showStrength } from './strength.js';
import { foldTypedText } from './typed-text.js';

const loginId = /** @type {HTMLInputElement} */ (find('#loginId'));
const isLoggingIn = addressOf('next') !== '';
let email = '';
let signUpId = '';
let needsAnotherLoginId = false;

const strength = showStrength('password', () => ['loginId', 'email', 'name'].map((field) => valueOf('sign-up', field)));
loginId.addEventListener('change', showLoginId);
onLanguageChange(() => void showLoginId());
onSubmit('sign-up', signUp);
onSubmit('code', confirm);
offerResend(async () => {
  const { resendAfter } = await post('auth/sign-up/resend', { signUpId });
  return rememberStep({ email, id: signUpId }, resendAfter);
});
onAction('start-over', startOver);
const watch = watchSignUp(() => {
  forgetStep();
  show('elsewhere');
});
if (!resume()) show('ready');

/** Shows the code form again after a reload. */
function resume() {
  const step = rememberedStep();
  if (step === null) return false;
  ({ email, id: signUpId } = step);
  showStep(step);
  showCode();
  return true;
}

function startOver() {
  watch.stop();
  forgetStep();
  show('ready');
}

/** Shows early whether the login ID is available. The server checks again. */
async function showLoginId() {
  const candidate = foldTypedText(loginId.value);
  showFieldError(loginId, '');
  find('[data-group="loginIdFree"]').hidden = true;
  if (candidate === '') return;
  const { isFree, message } = await loginIdProblem(candidate);
  if (foldTypedText(loginId.value) !== candidate) return;
  showFieldError(loginId, message);
  showGroup('loginIdFree', isFree);
}

/** Reports all fields together, with what the server knows about the login ID. */
async function readForm() {
  const { values, problems } = readFields('sign-up', {
    loginId: text('loginIdMissing'),
    email: text('emailMissing'),
    password: text('passwordMissing'),
  });
  const isEmpty = (/** @type {string} */ field) => problems.some((problem) => problem.field === field);
  const [aboutLoginId, aboutPassword] = await Promise.all([
    isEmpty('loginId') ? '' : loginIdProblem(values.loginId).then(({ message }) => message),
    isEmpty('password') ? '' : strength.findProblem(),
  ]);
  if (aboutLoginId !== '') problems.push({ field: 'loginId', message: aboutLoginId });
  if (!isEmpty('email') && !/^[^@]+@[^@]+$/.test(values.email))
    problems.push({ field: 'email', message: text('emailInvalid') });
  if (aboutPassword !== '') problems.push({ field: 'password', message: aboutPassword });
  if (problems.length > 0) throw new FieldProblems(problems);
  return values;
}

async function signUp() {
  const values = await readForm();
  const name = valueOf('sign-up', 'name').trim();
  const earlier = rememberedSignUp();
  const signUpRequest = await post('auth/sign-up', {
    ...values,
    ...(name === '' ? {} : { name }),
    // With corrected values for the same address, the code that was mailed before still fits.
    ...(earlier === null ? {} : { signUpId: earlier }),
    locale: document.documentElement.lang,
  });
  ({ email } = values);
  ({ signUpId } = signUpRequest);
  rememberSignUp(signUpId);
  rememberReturn();
  needsAnotherLoginId = false;
  showGroup('newLoginId', false);
  showStep(rememberStep({ email, id: signUpId }, signUpRequest.resendAfter));
  showCode();
}

function showCode() {
  show('code', { email });
  watch.start(signUpId);
}

async function confirm() {
  const { code, newLoginId } = requiredValues('code', {
    code: text('codeMissing'),
    ...(needsAnotherLoginId ? { newLoginId: text('loginIdMissing') } : {}),
  });
  try {
    const body = {
      signUpId,
      code,
      ...(newLoginId === undefined ? {} : { loginId: newLoginId }),
      ...(isLoggingIn ? { transport: 'cookie' } : {}),
    };
    const result = isLoggingIn
      ? await openSession('auth/sign-up/confirm-code', body)
      : await post('auth/sign-up/confirm-code', body);
    // Without a page to continue with, no app could use the session.
    if (!isLoggingIn) await post('auth/logout', undefined, result.accessToken);
  } catch (error) {
    if (await watch.check()) return; // the mailed link was used first
    throw error instanceof ApiProblem ? explainProblem(error) : error;
  }
  watch.stop();
  forgetStep();
  forgetSignUp();
  forgetReturn();
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
    return new FieldProblem('newLoginId', text('loginIdJustTaken'));
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
