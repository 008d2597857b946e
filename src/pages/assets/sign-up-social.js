// @ts-check

/**
 * The sign-up page's part of a sign-up with an account at a provider. It is loaded only where there
 * are providers.
 */

import { ApiProblem, post } from './api.js';
import { readAttributes } from './attributes.js';
import { openSession } from './bound-request.js';
import { ConsentFields } from './consent-fields.js';
import { onSubmit, readFields } from './form.js';
import { FieldProblem, FieldProblems } from './form-problems.js';
import { addressOf, find, mailLanguage, onAction, show, showDescribed, showGroup, text } from './page.js';
import { forgetReturn } from './return-to.js';
import { findClaimProblems, findDeclaredProblems } from './sign-up-fields.js';
import { isLoggingIn } from './sign-up-session.js';
import { offerSocialButtons, showSocialFailure } from './social-buttons.js';
import { forgetSocialSignUp, rememberedSocialSignUp } from './social-sign-up-memory.js';

/**
 * Shows the form that completes the sign-up if a login at a provider has led here, else the usual
 * sign-up form.
 * @param {boolean} isResumed whether the page shows the code form already
 * @param {(codeRequest: { email: string, id: string }, resendAfter: number) => void} askForCode
 */
export function offerSocialSignUp(isResumed, askForCode) {
  offerSocialButtons('sign-up');
  onSubmit('social-sign-up', signUp);
  onAction('leave-social', () => {
    forgetSocialSignUp();
    show('ready');
  });
  if (isResumed) return;
  const pending = rememberedSocialSignUp();
  if (pending === null) {
    show('ready');
    return showSocialFailure();
  }
  const { provider, emailProven, suggestedLoginId, until } = pending;
  setTimeout(forgetSocialSignUp, until - Date.now());
  inputOf('loginId').value = suggestedLoginId ?? '';
  inputOf('email').value = pending.email ?? '';
  showGroup('socialEmail', !emailProven);
  const consents = new ConsentFields('social-sign-up');
  void consents.offer();
  showDescribed('social', () => ({ intro: text('socialIntro', { provider }) }));

  async function signUp() {
    const { signUpId, email, emailProven: isProven = false } = rememberedSocialSignUp() ?? {};
    if (signUpId === undefined) throw new ApiProblem('sign_up_invalid', { detail: text('socialTooLate') });
    const { values, problems } = readFields('social-sign-up', {
      loginId: text('loginIdMissing'),
      ...(isProven ? {} : { email: text('emailMissing') }),
    });
    problems.push(...(await findClaimProblems(values)), ...(await findDeclaredProblems('social-sign-up')));
    if (problems.length > 0) throw new FieldProblems(problems);
    const body = { ...values, ...readAttributes('social-sign-up'), signUpId, locale: mailLanguage() };
    const send = (/** @type {object} */ ticked) => openSession('auth/social/sign-up', { ...body, ...ticked });
    const result = await consents.send(send).catch((problem) => {
      // The login ID was taken after it was checked.
      if (problem.code === 'login_id_taken') throw new FieldProblem('loginId', text('loginIdTaken'));
      throw problem;
    });
    forgetSocialSignUp();
    if (result.status !== 'authenticated')
      return askForCode({ email: values.email ?? email ?? '', id: result.signUpId }, result.resendAfter);
    forgetReturn();
    if (isLoggingIn) return location.replace(addressOf('next'));
    await post('auth/logout', undefined, result.accessToken).catch(() => {}); // as in sign-up-session.js
    show('done');
  }
}

/** @param {string} field @returns {HTMLInputElement} */
function inputOf(field) {
  return find(`#social-${field}`);
}
