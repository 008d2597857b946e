// @ts-check

/**
 * Asks a member without a password for a new login: with a passkey, or at a provider. Then the form
 * that needs the login is submitted once more; in the console, after a login at a provider, it is only
 * filled again. This script is loaded only for members without a password.
 */

import { ApiProblem } from './api.js';
import { clearForm, fieldsOf, formOf, onSubmit } from './form.js';
import { announce, find, onAction, text } from './page.js';
import { hasPasskeys, usePasskey } from './passkey.js';
import { leaveSignedOut } from './panel.js';
import { setLoginPrompt } from './recent-login.js';
import { SignedOut, call } from './session.js';

const dialog = /** @type {HTMLDialogElement} */ (find('[data-confirm-login]'));
/** The form that waits for the login, and whether it still does: it may have been cancelled. */
let waiting = { form: '', isWaiting: () => true };

/**
 * @param {string} memberId
 * @param {'account' | 'admin'} [page] that has the forms
 */
export function offerConfirmation(memberId, page = 'account') {
  setLoginPrompt(ask);
  onAction('cancel-confirm-login', () => dialog.close());
  onSubmit('confirm-login', async (button) => {
    try {
      await confirm(button?.value ?? '', memberId, page);
    } catch (error) {
      if (!(error instanceof SignedOut)) throw error;
      leaveSignedOut(error);
    }
  });
  return ask;
}

/** @param {string} provider empty for a passkey @param {string} memberId @param {'account' | 'admin'} page */
async function confirm(provider, memberId, page) {
  if (provider === '') return confirmPasskey();
  const { leaveToProvider } = await import('./social-journey.js');
  await leaveToProvider(provider, page, keepForm(memberId));
}

/**
 * Shows the ways in that the member has, and continues with the form after the login.
 * @param {string} form
 * @param {() => boolean} [isWaiting] false where the form was left, so that nothing is asked or submitted
 */
async function ask(form, isWaiting = () => true) {
  const [identities, passkeys] = await Promise.all([
    call('GET', 'members/me/identities'),
    call('GET', 'members/me/passkeys'),
  ]);
  if (!isWaiting()) return;
  const providers = identities.items.map((/** @type {{ provider: string }} */ { provider }) => provider);
  const buttons = /** @type {HTMLButtonElement[]} */ ([...dialog.querySelectorAll('[type="submit"]')]);
  for (const button of buttons) {
    const isPossible =
      button.value === '' ? hasPasskeys && passkeys.items.length > 0 : providers.includes(button.value);
    button.hidden = !isPossible;
  }
  // None is left for a member who has only Naver, or whose passkeys this browser does not support.
  if (buttons.every(({ hidden }) => hidden)) throw new ApiProblem('reauth_required', { detail: text('logInAgain') });
  waiting = { form, isWaiting };
  clearForm(formOf('confirm-login'));
  dialog.showModal();
}

async function confirmPasskey() {
  const asked = waiting;
  const { publicKey } = await call('POST', 'auth/reauthenticate/passkey/options');
  // A passkey stands for both factors, so the browser has to verify its user.
  const credential = await usePasskey({ ...publicKey, userVerification: 'required' });
  await call('POST', 'auth/reauthenticate', { credential });
  announce('');
  if (!dialog.open || waiting !== asked) return; // it was cancelled
  dialog.close();
  const form = formOf(asked.form);
  if (asked.isWaiting() && form.closest('[hidden]') === null) form.requestSubmit();
}

/**
 * Returns what is needed to fill the form again after the journey to a provider, without the password and the code.
 * @param {string} memberId
 * @returns {import('./social-journey.js').WaitingForm}
 */
function keepForm(memberId) {
  const form = formOf(waiting.form);
  const fields = fieldsOf(form);
  for (const secret of ['password', 'code']) delete fields[secret];
  const chosen = form.dataset.about ?? form.querySelector('[data-fill="chosen"]')?.textContent ?? '';
  return { memberId, form: waiting.form, fields, chosen };
}
