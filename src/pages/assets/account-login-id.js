// @ts-check

/** Lets a member replace a login ID that an import has made. The script is loaded only for such members. */

import { requiredValue } from './form.js';
import { find, text } from './page.js';
import { call } from './session.js';

/**
 * @param {import('./panel.js').Panel} panel the profile, which shows the form at once
 * @param {(member: import('./account.js').Member) => void} onChosen
 */
export function offerLoginIdChoice(panel, onChosen) {
  const button = find('[data-opens="login-id"]', panel.root);
  button.hidden = false;
  panel.reveal('login-id');
  panel.onSubmit('login-id', async () => {
    const loginId = requiredValue('login-id', 'loginId', text('loginIdMissing'));
    onChosen(await call('PATCH', 'members/me', { loginId }));
    button.hidden = true;
    panel.finish('shown', text('loginIdChosen'));
  });
}
