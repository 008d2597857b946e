// @ts-check

/** Changes the password. */

import { requiredValues } from './form.js';
import { text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';
import { showStrength } from './strength.js';

/** @param {import('./account.js').Member} member */
export function offerPasswordChange({ loginId, email, name, hasPassword }) {
  const panel = new Panel('password');
  if (!hasPassword) panel.reveal('none'); // a reset by mail sets the first one
  showStrength('password-new', () => [loginId, email, name ?? '']);
  panel.onSubmit('password', async () => {
    const body = requiredValues('password', {
      currentPassword: text('passwordMissing'),
      newPassword: text('newPasswordMissing'),
    });
    await call('POST', 'members/me/password', body);
    panel.finish('shown', text('passwordChanged'));
  });
}
