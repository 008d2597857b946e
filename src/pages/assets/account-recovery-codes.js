// @ts-check

/** Shows and renews the recovery codes: one set, for a lost authenticator app and lost passkeys. */

import { callWithFactor } from './factor-proof.js';
import { onLanguageChange } from './language.js';
import { find, itemOf, onAction, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

export class RecoveryCodes {
  panel = new Panel('recovery-codes');
  /**
   * The codes on the screen; empty once the member has confirmed that they are saved.
   *
   * @type {string[]}
   */
  codes = [];
  factors = { app: false, passkeys: false };

  constructor() {
    const { panel } = this;
    panel.onSubmit('recovery-codes-renew', async () => {
      const { recoveryCodes } = await callWithFactor('recovery-codes-renew', 'POST', 'members/me/recovery-codes');
      this.show(recoveryCodes);
    });
    onLanguageChange(() => {
      if (!panel.root.hidden) void this.showCount();
    });
    onAction('copy-codes', () => {
      navigator.clipboard.writeText(this.codes.join('\n')).then(
        () => panel.showMessage(text('copied')),
        () => panel.showMessage(text('copyFailed')),
      );
    });
    onAction('codes-kept', () => {
      this.codes = [];
      find('[data-recovery-codes]', panel.root).replaceChildren();
      find('[data-save-codes]', panel.root).removeAttribute('href');
      panel.finish('shown', text('codesAreKept'));
      void this.showCount();
    });
  }

  /**
   * Records whether a second factor is set up. The panel is hidden while there is none, because there
   * are no recovery codes then.
   * @param {'app' | 'passkeys'} factor
   * @param {boolean} isSetUp
   */
  setFactor(factor, isSetUp) {
    this.factors[factor] = isSetUp;
    const hasFactor = this.factors.app || this.factors.passkeys;
    this.panel.root.hidden = !hasFactor;
    if (hasFactor) void this.showCount();
  }

  /** Opens the panel with new codes. They cannot be shown again later. @param {string[]} codes */
  show(codes) {
    const { panel } = this;
    this.codes = codes;
    find('[data-recovery-codes]', panel.root).replaceChildren(...codes.map(itemOf));
    const link = /** @type {HTMLAnchorElement} */ (find('[data-save-codes]', panel.root));
    link.href = `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\n')}\n`)}`;
    panel.root.hidden = false;
    panel.open('codes');
  }

  /**
   * Shows how many codes are left. If the request fails, it shows no number, because the last known
   * one may be wrong.
   */
  async showCount() {
    this.panel.fill({ codesLeft: '' });
    await this.panel.run(async () => {
      const { recoveryCodesLeft } = await call('GET', 'members/me/totp');
      this.panel.fill({ codesLeft: text('codesLeft', { count: String(recoveryCodesLeft) }) });
    });
  }
}
