// @ts-check

/** Closes the account. */

import { show } from './page.js';
import { Panel, onSignedOut } from './panel.js';
import { callConfirmed } from './recent-login.js';

export function offerClosing() {
  const panel = new Panel('closing');
  panel.onSubmit('closing', async () => {
    await callConfirmed('closing', 'DELETE', 'members/me');
    // A change of the language loads the lists again, which then find no session. Without this line the
    // member would leave for the login page; so the notice stays.
    onSignedOut(() => {});
    show('closed');
  });
}
