// @ts-check

/** Closes the account. */

import { show } from './page.js';
import { Panel } from './panel.js';
import { callConfirmed } from './recent-login.js';

export function offerClosing() {
  const panel = new Panel('closing');
  panel.onSubmit('closing', async () => {
    await callConfirmed('closing', 'DELETE', 'members/me');
    show('closed');
  });
}
