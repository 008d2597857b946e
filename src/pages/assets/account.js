// @ts-check

/**
 * The account page of a signed-in member: one panel for each thing that can be viewed or changed.
 */

import { offerClosing } from './account-closing.js';
import { offerEmailChange } from './account-email.js';
import { offerExport } from './account-export.js';
import { offerPasswordChange } from './account-password.js';
import { offerPasskeys } from './account-passkeys.js';
import { offerProfile } from './account-profile.js';
import { offerSections, openNamedSection } from './account-sections.js';
import { RecoveryCodes } from './account-recovery-codes.js';
import { offerSessions } from './account-sessions.js';
import { showSecurityActivity } from './account-security-activity.js';
import { offerTwoFactor } from './account-two-factor.js';
import { toProblem } from './api.js';
import { reasonOf } from './form-problems.js';
import { leaveAfterLogout, leaveToLogin } from './leave.js';
import { announce, fill, find, onAction, show, text } from './page.js';
import { onSignedOut } from './panel.js';
import { SignedOut, call, logOut } from './session.js';

/**
 * @typedef {object} Member
 * @property {string} id
 * @property {string} loginId
 * @property {boolean} loginIdGenerated whether an import made the login ID
 * @property {string} email
 * @property {string | null} name
 * @property {string} locale
 * @property {string} createdAt
 * @property {boolean} hasPassword
 * @property {Record<string, unknown>} [attributes] where some are declared
 */

/** @type {Promise<void> | null} */
let loading = null;

onAction('try-again', loadOnce);
onAction('log-out', async () => {
  try {
    await logOut();
    leaveAfterLogout();
  } catch (error) {
    announce(reasonOf(toProblem(error)));
  }
});
onSignedOut(leaveSignedOut);
loadOnce();

/** Ignores a second click while the page loads: its panels would be connected twice. */
function loadOnce() {
  loading ??= load().finally(() => (loading = null));
}

async function load() {
  announce(text('loading'));
  try {
    const [member, identities, consents] = await Promise.all([
      call('GET', 'members/me'),
      loadIdentities(),
      loadConsents(),
    ]);
    if (!member.hasPassword) (await import('./confirm-login.js')).offerConfirmation(member.id);
    const loginIdChoice = member.loginIdGenerated ? await import('./account-login-id.js') : null;
    openPanels(member, { identities, consents, loginIdChoice });
  } catch (error) {
    if (error instanceof SignedOut) return leaveSignedOut(error.wasSignedIn);
    show('offline', { reason: reasonOf(toProblem(error)) });
  }
}

/** @param {boolean} wasSignedIn */
function leaveSignedOut(wasSignedIn) {
  leaveToLogin(wasSignedIn ? 'ended' : '');
}

/**
 * Loads the script for linked accounts only if the server has social login (SO-73). The panels wait for
 * the script: a button that is pressed earlier would submit its form and so reload the page.
 */
async function loadIdentities() {
  return document.body.dataset.socialRedirect === undefined ? null : import('./account-identities.js');
}

/** Loads the script for consents only if the operator has declared documents. */
async function loadConsents() {
  return document.querySelector('[data-panel="agreements"]') === null ? null : import('./account-consents.js');
}

/**
 * @typedef {object} LateScripts a script is null where this server or this member does not need it
 * @property {typeof import('./account-identities.js') | null} identities
 * @property {typeof import('./account-consents.js') | null} consents
 * @property {typeof import('./account-login-id.js') | null} loginIdChoice
 */

/** @param {Member} member @param {LateScripts} scripts */
function openPanels(member, { identities, consents, loginIdChoice }) {
  showLoginId(member);
  offerSections();
  let latest = member;
  const profile = offerProfile(member, (changed) => (latest = changed));
  loginIdChoice?.offerLoginIdChoice(profile.panel, (changed) => {
    latest = changed;
    showLoginId(changed);
    profile.show(changed);
  });
  offerEmailChange(member, (email) => (latest = { ...latest, email }));
  const loadSessions = offerSessions();
  offerPasswordChange(() => latest, loadSessions);
  offerExport();
  offerClosing();
  const recoveryCodes = new RecoveryCodes();
  show('ready');
  openNamedSection();
  // In parallel: a panel that fails to load shows its own error and does not affect the others.
  const factors = [offerTwoFactor(recoveryCodes), offerPasskeys(recoveryCodes)];
  void identities?.offerIdentities(member, Promise.all(factors));
  void consents?.offerConsents();
  void loadSessions();
  void showSecurityActivity();
}

/** @param {Member} member */
function showLoginId({ loginId }) {
  fill(find('[data-state="ready"]'), { loginId });
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('[data-login-id]'))) {
    input.defaultValue = loginId; // as default value, so that resetting the form keeps it
  }
}
