// @ts-check

/** The account page: who is logged in, and one panel for each thing that can be done about it. */

import { offerClosing } from './account-closing.js';
import { offerEmailChange } from './account-email.js';
import { offerPasswordChange } from './account-password.js';
import { offerPasskeys } from './account-passkeys.js';
import { offerProfile } from './account-profile.js';
import { RecoveryCodes } from './account-recovery-codes.js';
import { showSessions } from './account-sessions.js';
import { showTimeline } from './account-timeline.js';
import { offerTwoFactor } from './account-two-factor.js';
import { ApiProblem } from './api.js';
import { reasonOf } from './form.js';
import { addressOf, announce, fill, find, onAction, show, text } from './page.js';
import { onSignedOut } from './panel.js';
import { SignedOut, call, logOut } from './session.js';

/**
 * @typedef {object} Member
 * @property {string} loginId
 * @property {string} email
 * @property {string | null} name
 * @property {'ko' | 'en'} locale
 * @property {string} createdAt
 */

onAction('try-again', load);
onAction('log-out', async () => {
  try {
    await logOut();
    leave('logged-out');
  } catch (error) {
    announce(reasonOf(error instanceof ApiProblem ? error : new ApiProblem('unexpected')));
  }
});
onSignedOut((wasSignedIn) => leave(wasSignedIn ? 'ended' : ''));
void load();

async function load() {
  announce(text('loading'));
  try {
    open(await call('GET', 'members/me'));
  } catch (error) {
    if (error instanceof SignedOut) return leave(error.wasSignedIn ? 'ended' : '');
    const problem = error instanceof ApiProblem ? error : new ApiProblem('unexpected');
    show('offline', { reason: problem.code === 'origin_not_allowed' ? text('notAllowedHere') : reasonOf(problem) });
  }
}

/** @param {Member} member */
function open(member) {
  fill(find('[data-state="ready"]'), { loginId: member.loginId });
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('[data-login-id]'))) {
    input.defaultValue = member.loginId; // the default, so that emptying the form keeps it
  }
  offerProfile(member);
  offerEmailChange(member);
  offerPasswordChange(member);
  offerClosing();
  const recoveryCodes = new RecoveryCodes();
  show('ready');
  // Each on its own: one that cannot be loaded says so in its place.
  void offerTwoFactor(recoveryCodes);
  void offerPasskeys(recoveryCodes);
  void showSessions();
  void showTimeline();
}

/** @param {'logged-out' | 'ended' | ''} reason */
function leave(reason) {
  const login = addressOf('login');
  if (login === '') show('signed-out');
  // An operator's own login page is given no fragment that it does not expect.
  else location.replace(reason === '' || !login.startsWith('login?') ? login : `${login}#because=${reason}`);
}
