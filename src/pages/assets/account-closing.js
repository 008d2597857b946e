// @ts-check

/** Closes the account. */

import { requiredValue } from './form.js';
import { show, text } from './page.js';
import { Panel } from './panel.js';
import { callWithPassword } from './session.js';

export function offerClosing() {
  const panel = new Panel('closing');
  panel.onSubmit('closing', async () => {
    const password = requiredValue('closing', 'password', text('passwordMissing'));
    await callWithPassword(password, 'DELETE', 'members/me', { password });
    show('closed');
  });
}
