// @ts-check

/** Closes the account. */

import { show } from './page.js';
import { Panel, onSignedOut } from './panel.js';
import { callConfirmed } from './recent-login.js';

export function offerClosing() {
  const panel = new Panel('closing');
  panel.onSubmit('closing', async () => {
    await callConfirmed('closing', 'DELETE', 'members/me');
    // A list that loads again, such as in another language, finds no session. The notice stays.
    onSignedOut(() => {});
    show('closed');
  });
}
