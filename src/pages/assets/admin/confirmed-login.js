// @ts-check

/** Goes on after an administrator without a password has logged in once more at a provider. */

import { toProblem } from '../api.js';
import { reasonOf } from '../form-problems.js';
import { takeSecret } from '../link-token.js';
import { announce, text } from '../page.js';
import { call } from '../session.js';
import { takeAnswer } from '../social-journey.js';
import { Left, orLeave, readSelf } from './admin-api.js';
import { keepFields } from './dialog.js';

/** Confirms the login. What was typed is in the dialog when it is opened again. */
export async function takeConfirmedLogin() {
  const because = takeSecret('because');
  if (because === 'declined' || because === 'failed')
    announce(text(because === 'declined' ? 'socialDeclined' : 'socialFailed'));
  const answer = takeAnswer(['admin']);
  // Another administrator may have logged in in this tab since.
  if (answer?.waiting === undefined || answer.waiting.memberId !== (await readSelf()).id) return;
  const { provider, proof, waiting } = answer;
  keepFields(waiting);
  try {
    await orLeave(call('POST', 'auth/reauthenticate/social', { provider, ...proof }));
    announce(text('loginConfirmed'));
  } catch (error) {
    if (error instanceof Left) throw error;
    const problem = toProblem(error);
    // The code also covers a provider that did not ask the administrator to log in again. A new session helps then.
    announce(problem.code === 'social_login_failed' ? text('logInAgain') : reasonOf(problem));
  }
}
