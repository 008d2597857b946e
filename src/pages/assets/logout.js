// @ts-check

/**
 * Logs out, for apps that link to this page. Opening it changes nothing: a foreign page must not be
 * able to log a visitor out by a link.
 */

import { onSubmit } from './form.js';
import { leaveAfterLogout } from './leave.js';
import { show } from './page.js';
import { logOut } from './session.js';

onSubmit('log-out', async () => {
  await logOut(); // no error if the session has ended already
  leaveAfterLogout();
});
show('ready');
