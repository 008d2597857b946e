// @ts-check

/** Sets up and removes the authenticator app. */

import { ApiProblem } from './api.js';
import { callWithFactor } from './factor-proof.js';
import { formOf, requiredValue } from './form.js';
import { onLanguageChange } from './language.js';
import { find, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

/** Error codes after which the enrolment begins again: the login or the second factor was confirmed too long ago. */
const CHECK_IS_STALE = ['reauth_required', 'factor_proof_required'];

/** @param {import('./account-recovery-codes.js').RecoveryCodes} recoveryCodes */
export async function offerTwoFactor(recoveryCodes) {
  const panel = new Panel('two-factor');
  const badge = find('[data-badge]', panel.root);
  onLanguageChange(() => {
    if (!badge.hidden) badge.textContent = badge.dataset.badge === 'on' ? text('on') : text('off');
  });

  // After a fresh login there is nothing to ask before the QR code.
  find('[data-opens="begin"]', panel.root).addEventListener('click', () => {
    formOf('two-factor-begin').requestSubmit();
  });
  panel.onSubmit('two-factor-begin', async () => {
    const { secret, qrSvg } = await callWithFactor('two-factor-begin', 'POST', 'members/me/totp');
    // As an image, not as inline SVG: scripts in an image do not run.
    const image = /** @type {HTMLImageElement} */ (find('[data-qr]', panel.root));
    image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg)}`;
    panel.fill({ secret: secret.replace(/(.{4})(?=.)/g, '$1 ') });
    panel.open('scan');
  });

  panel.onSubmit('two-factor-scan', async () => {
    const code = requiredValue('two-factor-scan', 'code', text('appCodeMissing'));
    try {
      const confirmed = await call('POST', 'members/me/totp/confirm', { code });
      panel.finish(showEnabled(true), text('twoFactorOn'));
      recoveryCodes.show(confirmed.recoveryCodes);
    } catch (error) {
      if (!(error instanceof ApiProblem) || !CHECK_IS_STALE.includes(error.code)) throw error;
      panel.open('begin');
      formOf('two-factor-begin').requestSubmit(); // asks for the password or the factor that is missing
    }
  });

  panel.onSubmit('two-factor-remove', async () => {
    await callWithFactor('two-factor-remove', 'DELETE', 'members/me/totp');
    panel.finish(showEnabled(false), text('twoFactorOff'));
  });

  /**
   * Shows whether the app is set up.
   *
   * @param {boolean} isOn
   * @returns the part of the panel to open
   */
  function showEnabled(isOn) {
    badge.textContent = isOn ? text('on') : text('off');
    badge.dataset.badge = isOn ? 'on' : 'off';
    badge.hidden = false;
    recoveryCodes.setFactor('app', isOn);
    return isOn ? 'on' : 'off';
  }

  // If this fails, the panel shows neither "on" nor "off", because either may be wrong.
  await panel.run(async () => {
    const { enabled } = await call('GET', 'members/me/totp');
    panel.reveal(showEnabled(enabled));
  });
}
