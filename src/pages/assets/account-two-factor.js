// @ts-check

/** The authenticator app: set it up, and take it away. */

import { ApiProblem } from './api.js';
import { requiredValue } from './form.js';
import { find, text } from './page.js';
import { Panel } from './panel.js';
import { SignedOut, call, callWithPassword } from './session.js';

/** @param {import('./account-recovery-codes.js').RecoveryCodes} recoveryCodes */
export async function offerTwoFactor(recoveryCodes) {
  const panel = new Panel('two-factor');

  panel.onSubmit('two-factor-begin', async () => {
    const password = requiredValue('two-factor-begin', 'password', text('passwordMissing'));
    const { secret, qrSvg } = await callWithPassword(password, 'POST', 'members/me/totp', { password });
    // As an image and not as a part of the page: whatever is in it, it runs nothing.
    const image = /** @type {HTMLImageElement} */ (find('[data-qr]', panel.root));
    image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg)}`;
    panel.fill({ secret: secret.replace(/(.{4})(?=.)/g, '$1 ') });
    panel.open('scan');
  });

  panel.onSubmit('two-factor-scan', async () => {
    const code = requiredValue('two-factor-scan', 'code', text('appCodeMissing'));
    try {
      const made = await call('POST', 'members/me/totp/confirm', { code });
      panel.finish(settle(true), text('twoFactorOn'));
      recoveryCodes.show(made.recoveryCodes);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'reauth_required') throw error;
      panel.open('begin'); // it took so long that the password is asked for once more
    }
  });

  panel.onSubmit('two-factor-remove', async () => {
    const password = requiredValue('two-factor-remove', 'password', text('passwordMissing'));
    const code = requiredValue('two-factor-remove', 'code', text('appCodeMissing'));
    await callWithPassword(password, 'DELETE', 'members/me/totp', { password, code });
    panel.finish(settle(false), text('twoFactorOff'));
  });

  /** Shows whether it is on; gives the part to show. @param {boolean} isOn */
  function settle(isOn) {
    const place = find('[data-badge]', panel.root);
    place.textContent = isOn ? text('on') : text('off');
    place.dataset.badge = isOn ? 'on' : 'off';
    place.hidden = false;
    recoveryCodes.note('app', isOn);
    return isOn ? 'on' : 'off';
  }

  try {
    const { enabled } = await call('GET', 'members/me/totp');
    panel.reveal(settle(enabled));
  } catch (error) {
    // The panel shows neither: a wrong word here would be worse than none.
    if (!(error instanceof SignedOut)) panel.say(text('listFailed'));
  }
}
