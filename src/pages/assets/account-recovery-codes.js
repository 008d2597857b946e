// @ts-check

/** Recovery codes, for when the app or the passkey is not at hand: whichever came first, they are for all of them. */

import { requiredValue } from './form.js';
import { find, onAction, text } from './page.js';
import { Panel } from './panel.js';
import { SignedOut, call, callWithPassword } from './session.js';

export class RecoveryCodes {
  panel = new Panel('recovery-codes');
  /** Those on the screen; empty once they are kept. @type {string[]} */
  codes = [];
  factors = { app: false, passkeys: false };

  constructor() {
    const { panel } = this;
    panel.onSubmit('recovery-codes-renew', async () => {
      const password = requiredValue('recovery-codes-renew', 'password', text('passwordMissing'));
      this.show((await callWithPassword(password, 'POST', 'members/me/recovery-codes', { password })).recoveryCodes);
    });
    onAction('copy-codes', () => {
      navigator.clipboard.writeText(this.codes.join('\n')).then(
        () => panel.say(text('copied')),
        () => panel.say(text('copyFailed')),
      );
    });
    onAction('codes-kept', () => {
      this.codes = [];
      find('[data-recovery-codes]', panel.root).replaceChildren();
      find('[data-save-codes]', panel.root).removeAttribute('href');
      panel.finish('shown', text('codesAreKept'));
      void this.count();
    });
  }

  /**
   * Notes whether there is a factor that they stand in for; without any there are no codes.
   * @param {'app' | 'passkeys'} factor
   * @param {boolean} isThere
   */
  note(factor, isThere) {
    this.factors[factor] = isThere;
    const isProtected = this.factors.app || this.factors.passkeys;
    this.panel.root.hidden = !isProtected;
    if (isProtected) void this.count();
  }

  /** Shows new ones, this once, and goes there. @param {string[]} codes */
  show(codes) {
    const { panel } = this;
    this.codes = codes;
    const items = codes.map((code) => {
      const item = document.createElement('li');
      item.textContent = code;
      return item;
    });
    find('[data-recovery-codes]', panel.root).replaceChildren(...items);
    const link = /** @type {HTMLAnchorElement} */ (find('[data-save-codes]', panel.root));
    link.href = `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\n')}\n`)}`;
    panel.root.hidden = false;
    panel.open('codes');
  }

  /** Says how many are left. Without an answer it says nothing: a wrong number would be worse than none. */
  async count() {
    try {
      const { recoveryCodesLeft } = await call('GET', 'members/me/totp');
      this.panel.fill({ codesLeft: text('codesLeft', { count: String(recoveryCodesLeft) }) });
    } catch (error) {
      if (!(error instanceof SignedOut)) this.panel.say(text('listFailed'));
    }
  }
}
