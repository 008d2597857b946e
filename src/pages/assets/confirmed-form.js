// @ts-check

/** Goes on with a form after its member has logged in once more at a provider. */

import { ApiProblem, toProblem } from './api.js';
import { formOf } from './form.js';
import { showProblem } from './form-problems.js';
import { text } from './page.js';
import { leaveSignedOut, openForm } from './panel.js';
import { SignedOut, call } from './session.js';

/**
 * Shows the form as it was, confirms the login, and submits the form.
 * @param {import('./social-journey.js').TakenAnswer} answer
 * @param {import('./social-journey.js').WaitingForm} waiting
 * @param {string} memberId
 */
export async function submitConfirmed({ provider, proof }, waiting, memberId) {
  // Another member has logged in in this tab since.
  if (waiting.memberId !== memberId) return;
  openForm(waiting.form, waiting.fields, waiting.chosen);
  const form = formOf(waiting.form);
  try {
    await call('POST', 'auth/reauthenticate/social', { provider, ...proof });
  } catch (error) {
    if (error instanceof SignedOut) return leaveSignedOut(error);
    const problem = toProblem(error);
    // The server also answers this code if the provider did not ask for the login again. A new session
    // helps then, so the page advises to log in again.
    const isRefused = problem.code === 'social_login_failed';
    return showProblem(form, isRefused ? new ApiProblem('reauth_required', { detail: text('logInAgain') }) : problem);
  }
  form.requestSubmit();
}
