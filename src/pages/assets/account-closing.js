// @ts-check

/** Closes the account. */

import { requiredValue } from './form.js';
import { endLanguageSwitch } from './link-token.js';
import { show, text } from './page.js';
import { Panel } from './panel.js';
import { callWithPassword } from './session.js';

export function offerClosing() {
  const panel = new Panel('closing');
  panel.onSubmit('closing', async () => {
    const password = requiredValue('closing', 'password', text('passwordMissing'));
    await callWithPassword(password, 'DELETE', 'members/me', { password });
    endLanguageSwitch(); // a reload leads to the login page, and logging in restores the account
    show('closed');
  });
}
