// @ts-check

/** The login page's part of a login at a provider. It is loaded only where there are providers. */

import { ApiProblem, toProblem } from './api.js';
import { formOf } from './form.js';
import { showProblem } from './form-problems.js';
import { announce, show, text } from './page.js';
import { offerSocialButtons, providerName } from './social-buttons.js';
import { takeAnswer } from './social-journey.js';
import { forgetSocialSignUp, rememberSocialSignUp } from './social-sign-up-memory.js';

/**
 * Shows the login form, unless a provider has just sent the visitor back.
 * @param {(operation: string, body: object) => Promise<any>} send
 * @param {(result: any) => void} continueLogin
 */
export async function offerSocialLogin(send, continueLogin) {
  offerSocialButtons('login');
  const answer = takeAnswer(['login', 'sign-up']);
  forgetSocialSignUp(); // the visitor has left that sign-up for a login
  if (answer === null) return show('ready');
  announce(text('working'));
  try {
    const result = await send(`auth/social/${encodeURIComponent(answer.provider)}/complete`, answer.proof);
    if (result.status === 'sign_up_required') leaveToSignUp(answer.provider, result);
    else continueLogin(result);
  } catch (error) {
    show('ready');
    showProblem(formOf('social'), toProblem(error));
  }
}

/** @param {string} provider @param {any} result */
function leaveToSignUp(provider, result) {
  const address = document.body.dataset.signUpUrl ?? '';
  if (address === '') throw new ApiProblem('identity_unknown', { detail: text('socialUnknown') });
  rememberSocialSignUp(providerName(provider), result);
  location.replace(address);
}
