// @ts-check

/** The sign-up page: the form, then the code from the mail. */

import { ApiProblem, post } from './api.js';
import { readAttributes } from './attributes.js';
import { resumeCode, startOver } from './code-step.js';
import { ConsentFields } from './consent-fields.js';
import { clearForm, formOf, offerReload, onSubmit, readFields, requiredValues, valueOf } from './form.js';
import { FieldProblem, FieldProblems, showFieldError } from './form-problems.js';
import { onLanguageChange } from './language.js';
import { checkLoginId } from './login-id.js';
import { addressOf, find, mailLanguage, onAction, show, showGroup, text } from './page.js';
import { offerResend, showStep } from './resend.js';
import { rememberReturn } from './return-to.js';
import { findClaimProblems, findDeclaredProblems } from './sign-up-fields.js';
import { rememberSignUp, rememberedSignUp } from './sign-up-memory.js';
import { confirmSignUp, isLoggingIn } from './sign-up-session.js';
import { watchSignUp } from './sign-up-watch.js';
import { forgetStep, rememberStep } from './step-memory.js';
import { showStrength } from './strength.js';
import { foldTypedText } from './typed-text.js';

const loginId = /** @type {HTMLInputElement} */ (find('#loginId'));
/** The latest request for a code. `id` is that of the sign-up; both are empty before the first request. */
const codeRequest = { email: '', id: '' };
let needsAnotherLoginId = false;

const strength = showStrength('password', () => ['loginId', 'email', 'name'].map((field) => valueOf('sign-up', field)));
loginId.addEventListener('change', showLoginId);
onLanguageChange(() => void showLoginId());
onSubmit('sign-up', signUp);
onSubmit('code', confirm);
offerResend(async () => {
  const { resendAfter } = await post('auth/sign-up/resend', { signUpId: codeRequest.id });
  return rememberStep(codeRequest, resendAfter);
});
onAction('start-over', () => {
  watch.stop();
  startOver('ready');
});
const watch = watchSignUp(() => {
  forgetStep();
  show('elsewhere');
});
const consents = new ConsentFields('sign-up');
/** The boxes for documents that have come into force since the form was sent. */
const laterConsents = new ConsentFields('code');
void consents.offer();
void showFirstStep();

/** Without social login its script is not loaded (SO-73). */
async function showFirstStep() {
  if (find('[data-state=closed]').dataset.only !== undefined) return show('closed');
  const isResumed = resumeCode(codeRequest);
  if (isResumed) watch.start(codeRequest.id);
  if (document.body.dataset.socialRedirect !== undefined) {
    try {
      const { offerSocialSignUp } = await import('./sign-up-social.js');
      offerSocialSignUp(isResumed, askForCode);
    } catch {
      if (!isResumed) show('ready');
      offerReload('social');
    }
  } else if (!isResumed) show('ready');
}

/** Shows early whether the login ID is available. The server checks again. */
async function showLoginId() {
  const candidate = foldTypedText(loginId.value);
  showFieldError(loginId, '');
  showGroup('loginIdFree', false);
  if (candidate === '') return;
  const { isFree, message } = await checkLoginId(candidate);
  if (foldTypedText(loginId.value) !== candidate) return;
  showFieldError(loginId, message);
  showGroup('loginIdFree', isFree);
}

/** Returns the values of the form. Throws one problem for all fields, also for a login ID that the server refuses. */
async function readForm() {
  const { values, problems } = readFields('sign-up', {
    loginId: text('loginIdMissing'),
    email: text('emailMissing'),
    password: text('passwordMissing'),
  });
  const [aboutClaim, aboutPassword, declared] = await Promise.all([
    findClaimProblems(values),
    values.password === '' ? '' : strength.findProblem(),
    findDeclaredProblems('sign-up'),
  ]);
  problems.push(...aboutClaim, ...declared);
  if (aboutPassword !== '') problems.push({ field: 'password', message: aboutPassword });
  if (problems.length > 0) throw new FieldProblems(problems);
  return values;
}

async function signUp() {
  const values = await readForm();
  const name = valueOf('sign-up', 'name').trim();
  const earlier = rememberedSignUp();
  const body = {
    ...values,
    ...(name === '' ? {} : { name }),
    ...readAttributes('sign-up'),
    // With corrected values for the same address, the code that was mailed before still fits.
    ...(earlier === null ? {} : { signUpId: earlier }),
    locale: mailLanguage(),
  };
  const { signUpId, resendAfter } = await consents.send((ticked) => post('auth/sign-up', { ...body, ...ticked }));
  askForCode({ email: values.email, id: signUpId }, resendAfter);
}

/**
 * Shows the form for the mailed code.
 * @param {{ email: string, id: string }} request
 * @param {number} resendAfter seconds
 */
function askForCode(request, resendAfter) {
  Object.assign(codeRequest, request);
  rememberSignUp(request.id);
  rememberReturn();
  needsAnotherLoginId = false;
  showGroup('newLoginId', false);
  laterConsents.clear();
  showStep(rememberStep(codeRequest, resendAfter));
  show('code', { email: codeRequest.email });
  watch.start(request.id);
}

async function confirm() {
  const { code, newLoginId } = requiredValues('code', {
    code: text('codeMissing'),
    ...(needsAnotherLoginId ? { newLoginId: text('loginIdMissing') } : {}),
  });
  try {
    const loginId = newLoginId === undefined ? {} : { loginId: newLoginId };
    const body = { signUpId: codeRequest.id, code, ...loginId };
    await laterConsents.send((ticked) => confirmSignUp('auth/sign-up/confirm-code', { ...body, ...ticked }));
  } catch (error) {
    if (await watch.check()) return; // the mailed link was used first
    throw error instanceof ApiProblem ? explainProblem(error) : error;
  }
  watch.stop();
  forgetStep();
  clearForm(formOf('sign-up'));
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
  if (problem.code === 'sign_up_invalid') return new ApiProblem(problem.code, { detail: text('startOverNow') });
  // In this form the field for the login ID has another name than in the API.
  return new ApiProblem(problem.code, {
    detail: problem.detail,
    errors: problem.fields.map((entry) => (entry.field === 'loginId' ? { ...entry, field: 'newLoginId' } : entry)),
    retryAfter: problem.retryAfter,
  });
}
