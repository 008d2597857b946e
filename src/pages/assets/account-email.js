// @ts-check

/** Moving to another address: the new one is proven by a code before it counts. */

import { requiredValue } from './form.js';
import { fill, text } from './page.js';
import { Panel } from './panel.js';
import { call, callWithPassword } from './session.js';

/** @param {import('./account.js').Member} member */
export function offerEmailChange({ email }) {
  const panel = new Panel('email');
  let newEmail = '';
  let requestId = '';
  panel.fill({ email });
  panel.onSubmit('email', async () => {
    const asked = requiredValue('email', 'newEmail', text('newEmailMissing'));
    const password = requiredValue('email', 'password', text('passwordMissing'));
    const body = { newEmail: asked, password };
    ({ requestId } = await callWithPassword(password, 'POST', 'members/me/email/send-code', body));
    newEmail = asked;
    fill(panel.root, { newEmail });
    panel.open('code');
  });
  panel.onSubmit('email-code', async () => {
    const code = requiredValue('email-code', 'code', text('codeMissing'));
    await call('POST', 'members/me/email/confirm-code', { requestId, code });
    panel.fill({ email: newEmail });
    panel.finish('shown', text('emailChanged'));
  });
}
