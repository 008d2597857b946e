// @ts-check

/** Two-step login: an authenticator app, and recovery codes for when it is not at hand. */

import { ApiProblem } from './api.js';
import { FieldProblem, requiredValue } from './form.js';
import { find, onAction, text } from './page.js';
import { Panel } from './panel.js';
import { SignedOut, call, callWithPassword } from './session.js';

export async function offerTwoFactor() {
  const panel = new Panel('two-factor');
  /** @type {string[]} */
  let codes = [];

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
      showCodes((await call('POST', 'members/me/totp/confirm', { code })).recoveryCodes);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.code === 'code_invalid') throw new FieldProblem('code', error.detail);
      if (error.code !== 'reauth_required') throw error;
      panel.open('begin'); // it took so long that the password is asked for once more
    }
  });

  panel.onSubmit('two-factor-renew', async () => {
    const password = requiredValue('two-factor-renew', 'password', text('passwordMissing'));
    showCodes((await callWithPassword(password, 'POST', 'members/me/recovery-codes', { password })).recoveryCodes);
  });

  panel.onSubmit('two-factor-remove', async () => {
    const password = requiredValue('two-factor-remove', 'password', text('passwordMissing'));
    const code = requiredValue('two-factor-remove', 'code', text('appCodeMissing'));
    try {
      await callWithPassword(password, 'DELETE', 'members/me/totp', { password, code });
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'code_invalid') throw new FieldProblem('code', error.detail);
      throw error;
    }
    panel.finish(badge(panel, false), text('twoFactorOff'));
  });

  onAction('copy-codes', () => {
    navigator.clipboard.writeText(codes.join('\n')).then(
      () => panel.say(text('copied')),
      () => panel.say(text('copyFailed')),
    );
  });

  onAction('codes-kept', () => {
    codes = [];
    find('[data-recovery-codes]', panel.root).replaceChildren();
    find('[data-save-codes]', panel.root).removeAttribute('href');
    panel.finish(badge(panel, true), text('twoFactorOn'));
    void refresh();
  });

  /** @param {string[]} fresh */
  function showCodes(fresh) {
    codes = fresh;
    badge(panel, true); // codes are made for what is on
    const items = codes.map((code) => {
      const item = document.createElement('li');
      item.textContent = code;
      return item;
    });
    find('[data-recovery-codes]', panel.root).replaceChildren(...items);
    const link = /** @type {HTMLAnchorElement} */ (find('[data-save-codes]', panel.root));
    link.href = `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\n')}\n`)}`;
    panel.open('codes');
  }

  /** Asks how things stand. Without an answer the panel shows neither: a wrong word here would be worse than none. */
  async function refresh() {
    try {
      const { enabled, recoveryCodesLeft } = await call('GET', 'members/me/totp');
      panel.fill({ codesLeft: text('codesLeft', { count: String(recoveryCodesLeft) }) });
      panel.reveal(badge(panel, enabled));
    } catch (error) {
      if (!(error instanceof SignedOut)) panel.say(text('listFailed'));
    }
  }

  await refresh();
}

/** Shows whether it is on; gives the part to show. @param {Panel} panel @param {boolean} isOn */
function badge(panel, isOn) {
  const place = find('[data-badge]', panel.root);
  place.textContent = isOn ? text('on') : text('off');
  place.dataset.badge = isOn ? 'on' : 'off';
  place.hidden = false;
  return isOn ? 'on' : 'off';
}
